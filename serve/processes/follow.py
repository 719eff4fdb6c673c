"""The follower: copies the registry's champions beside the server, and points the server at them.

Every target has its own champion. With shadow scoring the challenger is copied and pointed at in
the same way, beside it.

Decided here: it is a process of its own, as the library of the registry is slow and large, and no
worker should wait for it. A model is copied, checked and made to answer once, which compiles what a
worker would otherwise compile while it answers requests; only then is it pointed at. A rollback
goes the same way. `python -m serve.processes.follow` runs until its parent exits.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from features.errors import MikomiError, RegistryDown, place_of
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings, Version
from serve.http.helper_health import beat
from serve.processes.parent import end_with
from serve.scoring import model_cards
from serve.scoring.pointer import MODELS, point, pointed
from serve.settings import Settings
from serve.wire.targets import DEFAULT

ALIASES = ("champion", "challenger")


def follow(registry: Registry, folder: Path, alias: str = "champion") -> bool:
    """Point at the registry's version of an alias.

    A champion that is gone from the registry still answers; the pointer to a challenger that is
    gone is deleted.

    Parameters
    ----------
    registry
        Where the models are.
    folder
        The folder of models beside the server.
    alias
        `champion` or `challenger`.

    Returns
    -------
    Whether the pointer moved.

    Raises
    ------
    ArtifactError
        If the version's files are broken; the pointer stays where it is.
    """
    from models.artifact import artifact  # noqa: PLC0415 - slow to import
    from serve.scoring.loaded_model import LoadedModel  # noqa: PLC0415

    pointer = f"{alias}.json"
    version = registry.aliased(alias)
    if version is None:
        if alias != "champion":
            (folder / pointer).unlink(missing_ok=True)
        return False
    if version.number == pointed(folder, pointer):
        _card(registry, version, folder, alias)
        return False
    models = folder / MODELS
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".copy-") as copy:
        registry.fetch(str(version.number), Path(copy) / "model")
        fingerprint = artifact.load(Path(copy) / "model").fingerprint
        place = models / fingerprint
        if not place.exists():
            (Path(copy) / "model").rename(place)
    LoadedModel(artifact.load(place), version.number).warm()
    _card(registry, version, folder, alias)
    point(folder, fingerprint, version.number, pointer)
    return True


def _card(registry: Registry, version: Version, folder: Path, alias: str) -> None:
    """Copy the card of the champion."""
    if alias == "champion":
        model_cards.fetch(registry, version, folder)


def open_registry(settings: Settings, target: str = DEFAULT) -> Registry | None:
    """Open the registry at the model of a target; None while there is none on this machine.

    Parameters
    ----------
    settings
        Of the server.
    target
        The target; empty is the default, whose model has the name of the settings.
    """
    place, model = settings.registry, settings.registered_model
    model += f"-{target}" if target else ""
    if "://" in place:
        return Registry(RegistrySettings(place, model=model), settings.models)
    if not (Path(place) / "mlflow.db").is_file():
        return None
    return Registry(RegistrySettings(model=model), Path(place))


def main() -> None:
    """Follow until the parent exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    settings = Settings.read(os.environ)
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    end_with(parent)
    registries: dict[str, Registry | None] = {}
    while os.getppid() == parent:
        beat(settings.models, "follower")
        for target in (DEFAULT, *settings.further_targets):
            registries[target] = follow_target(registries.get(target), settings, target)
        time.sleep(settings.follow_seconds)


def follow_target(registry: Registry | None, settings: Settings, target: str) -> Registry | None:
    """Follow the champion of a target once, and its challenger with shadow scoring.

    Parameters
    ----------
    registry
        As the round before returned it.
    settings
        Of the server.
    target
        The target; empty is the default.

    Returns
    -------
    The registry for the next round; None to open it again.
    """
    try:
        registry = registry or open_registry(settings, target)
        if registry is not None:
            for alias in ALIASES if settings.shadow_share else ALIASES[:1]:
                follow(registry, settings.models_of(target), alias)
    except RegistryDown as error:  # opened again next time: its file may be another one then
        sys.stderr.write(f"the registry cannot be used: {error}\n")
        return None
    except (MikomiError, OSError) as error:
        sys.stderr.write(f"a model was not taken up: {error}\n")
    except Exception as error:  # noqa: BLE001 - the registry's library raises its own
        sys.stderr.write(f"a model was not taken up: {type(error).__name__} at {place_of(error)}\n")
        return None
    return registry


if __name__ == "__main__":
    main()
