"""Persons planted in an export, and a search for them in what goes round."""

from pathlib import Path

import pandas as pd
import yaml

from tests.small_company import ROOT, inside

MAPPED = {"contact_email": "担当者メール", "contact_name": "担当者名", "telephone": "電話番号"}


def plant_persons(folder: Path) -> None:
    """Add an e-mail address, a name and a number to every lead, and write them into texts, too.

    The mapping of the folder maps all three as attributes, as a careless one would.
    """
    leads = folder / "export" / "leads.csv"
    table = pd.read_csv(leads, dtype="str", keep_default_na=False)
    number = [f"{n * 7919 % 99_991:05d}" for n in range(len(table))]
    table["担当者メール"] = [f"telltale.{n}@mail.example" for n in number]
    table["担当者名"] = [f"見本太郎{n}" for n in number]
    table["電話番号"] = [f"090-7331-{n}" for n in number]
    table.to_csv(leads, index=False)
    acts = folder / "export" / "activities.parquet"
    done = pd.read_parquet(acts)
    words = dict(zip(table["リードID"], table["担当者メール"], strict=True))
    done["内容"] = done["内容"].fillna("") + " " + done["リードID"].map(words).fillna("")
    done.to_parquet(acts, index=False)
    mapping = yaml.safe_load((ROOT / "examples/sample/mapping.yaml").read_text("utf-8"))
    del mapping["leads"][0]["display"]
    for name, column in MAPPED.items():
        mapping["leads"][0]["attributes"][name] = {"kind": "category", "column": column}
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), "utf-8")
    params = (folder / "params.yaml").read_text("utf-8")
    old = f"{ROOT}/examples/sample/mapping.yaml"
    (folder / "params.yaml").write_text(params.replace(old, str(folder / "mapping.yaml")), "utf-8")


def traces_of_persons(folder: Path, *places: Path) -> dict[str, list[str]]:
    """Return the files below some places that hold a planted person, or the id of a lead."""
    with inside(folder):
        leads = pd.read_csv(folder / "export" / "leads.csv", dtype="str")["リードID"]
    marks = {"email": b"telltale.", "name": "見本太郎".encode(), "telephone": b"090-7331-"}
    ids = [str(one).encode() for one in leads.dropna().unique()]
    files = [
        file for place in places for file in ([place] if place.is_file() else place.rglob("*"))
    ]
    traces = {}
    for file in files:
        if file.is_file():
            content = file.read_bytes()
            kinds = [kind for kind, mark in marks.items() if mark in content]
            kinds += ["lead_id"] if any(one in content for one in ids) else []
            traces |= {file.name: kinds} if kinds else {}
    return traces
