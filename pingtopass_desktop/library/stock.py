"""What a pack has to draw from: its active questions by exam and objective. Reads an index, no text."""

from msgspec import Struct

from pingtopass_desktop.library.pack import Pack


class ObjectiveStock(Struct, frozen=True):
    """The active questions of one objective. Of `points` of them no two are of one sibling group."""

    exam_id: str
    objective_id: str
    questions: int
    points: int


def objective_stock(pack: Pack) -> list[ObjectiveStock]:
    """Every objective with active questions. Raises: PackError."""
    rows = pack.execute(
        "SELECT exam_id, objective_id, count(*), count(DISTINCT coalesce('group ' || sibling_group, id)) "
        "FROM questions WHERE is_active = 1 GROUP BY exam_id, objective_id",
        (),
    )
    return [ObjectiveStock(*row) for row in rows]


def question_places(pack: Pack) -> dict[str, tuple[str, str]]:
    """The exam and the objective of every active question. Raises: PackError."""
    rows = pack.execute("SELECT id, exam_id, objective_id FROM questions WHERE is_active = 1", ())
    return {row[0]: (row[1], row[2]) for row in rows}
