"""A prepared source, from its lines to the tables."""

from pathlib import Path

from pipelines.intake.ingest import ingest
from pipelines.storage import partitions


def test_prepared_sources_are_ingested_and_their_counts_add_up(tmp_path: Path) -> None:
    lines = (
        "id,at,n,price\na,2024-01-02,2,1.5\na,2024-01-02,1,3\n,2024-01-03,1,9\nb,2024-01-04,-1,4\n"
    )
    (tmp_path / "lines.csv").write_text(lines, "utf-8")
    (tmp_path / "m.yaml").write_text(
        """\
name: shop
x-lead: &lead {lead_id: id}
times: {zone: UTC}
sources:
  lines:
    path: lines.csv
    derived:
      worth: {multiply: [n, price]}
      kind: {compare: {column: n, less: return, greater: purchase}}
    group: {by: [id, at, kind], columns: {worth: {sum: worth}}}
leads: [{source: lines, columns: {<<: *lead, created_at: at}}]
activities:
  - source: lines
    columns: {<<: *lead, occurred_at: at, activity_type: kind, amount: worth}
""",
        "utf-8",
    )
    report = ingest(tmp_path / "m.yaml", tmp_path / "store")
    count = report.tables["activities"]
    assert (count.read, count.rows_in, count.accepted) == (4, 2, 2)
    rows = partitions.read(tmp_path / "store", 0).activities
    assert rows[["lead_id", "activity_type", "amount"]].to_numpy().tolist() == [
        ["a", "purchase", 6.0],
        ["b", "return", -4.0],
    ]
