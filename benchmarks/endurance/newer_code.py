"""A copy of this code with one more migration: the next version, as far as servers notice."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from serve.store.schema_versions import REVISIONS

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("features", "mikomi", "models", "pipelines", "serve", "tests")
TRIAL: Final = "v9999_trial"
MIGRATION: Final = f"""
'A table and columns more.'

import sqlalchemy as sa
from alembic import op

revision = "{TRIAL}"
down_revision = "{REVISIONS[-1]}"


def upgrade() -> None:
    op.create_table("trial", sa.Column("trial_id", sa.String(), primary_key=True))
    op.add_column("leads", sa.Column("trial", sa.Float()))
    op.add_column("ranking", sa.Column("trial", sa.Float()))


def downgrade() -> None:
    op.drop_column("ranking", "trial")
    op.drop_column("leads", "trial")
    op.drop_table("trial")
"""


def newer_code(into: Path) -> None:
    """Write this code with one more migration into a folder."""
    for name in _git("ls-files", "-co", "--exclude-standard", *PACKAGES).splitlines():
        place = into / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, place)
    folder = into / "serve" / "store"
    (folder / "migrations" / "versions" / f"{TRIAL}.py").write_text(MIGRATION, "utf-8")
    versions = folder / "schema_versions.py"
    newest = f'    "{REVISIONS[-1]}",\n'
    written = versions.read_text("utf-8").replace(newest, f'{newest}    "{TRIAL}",\n')
    versions.write_text(written, "utf-8")


def _git(*words: str) -> str:
    return subprocess.run(  # noqa: S603
        ["git", "-C", ROOT, *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
