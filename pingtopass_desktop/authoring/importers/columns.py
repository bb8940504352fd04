"""The names by which the parts of a question are recognised in foreign data. It looks at names, never at values."""

import re
from collections.abc import Iterable, Sequence

ALIASES: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "qid", "questionid", "uuid", "guid", "identifier", "sourceid", "externalid", "itemid"),
        *("number", "questionnumber", "questionno", "no", "nr", "num", "#"),
    ),
    "stem": (
        *("stem", "questiontext", "questionstem", "question", "prompt", "text", "questiontitle", "questionbody"),
        *("body", "item", "problem", "q", "front"),
    ),
    "options": (
        *("options", "choices", "alternatives", "answeroptions", "answerchoices", "possibleanswers", "responses"),
        *("answers", "optionlist", "option", "choice"),
    ),
    "key": (
        *("correct", "correctanswer", "correctanswers", "correctoption", "correctoptions", "correctchoice"),
        *("correctchoices", "correctindex", "correctindices", "correctindexes", "correctletter", "correctletters"),
        *("correctanswerindex", "correctoptionindex", "correctanswerid", "correctoptionid", "correctresponse"),
        *("correctresponses", "correctkey", "correctids", "iscorrect", "answerkey", "key", "keys", "rightanswer"),
        *("rightanswers", "rightoption", "answerindex", "answeridx", "answerletter", "answerid", "answer", "answers"),
        *("solution", "solutions", "right"),
    ),
    "objective": (
        *("objective", "objectivecode", "objectiveid", "domain", "category", "topic", "section", "chapter"),
        *("subject", "module", "unit", "area", "skill", "tag", "tags", "categories", "topics"),
    ),
    "difficulty": ("difficulty", "difficultylevel", "level"),
    "explanation": (
        *("explanation", "overallexplanation", "generalexplanation", "explanations", "explain", "rationale"),
        *(
            "feedback",
            "generalfeedback",
            "overallfeedback",
            "justification",
            "reason",
            "reasoning",
            "answerexplanation",
        ),
    ),
    "reference": (
        *("reference", "references", "ref", "refs", "source", "sources", "url", "link", "links", "citation"),
        *("sourceurl", "referenceurl"),
    ),
    "image": (
        *("figure", "image", "img", "picture", "diagram", "figures", "images", "figurefile", "imagefile", "imageurl"),
        *("imagename", "exhibit", "illustration", "media", "stemimage", "questionimage"),
    ),
    "type": ("type", "questiontype", "qtype", "kind", "itemtype"),
    "sibling_group": ("siblinggroup", "siblings", "sibling", "enemygroup", "enemies", "variantgroup"),
    "source_quote": ("sourcequote", "quote"),
    "shuffle_options": ("shuffleoptions", "shuffle"),
    "is_active": ("isactive", "active"),
    "ai_generated": ("aigenerated",),
    "preview_of": ("previewof",),
    "revision": ("revision",),
}
"""Normalised names by part, the most telling first."""

_OPTION = re.compile(
    r"(?:(?P<family>option|answeroption|answerchoice|answer|choice|opt|alternative|response|possibleanswer)s?)?"
    r"(?P<suffix>[a-z]|\d{1,2})(?:text)?"
)
_RATIONALE = re.compile(
    r"(?:rationale|explanation|feedback|comment|optionexplanation|optionfeedback|optionrationale|answerexplanation"
    r"|explanationfor)(?P<suffix>[a-z]|\d{1,2})"
    r"|(?:option|answer|choice|opt)(?P<infix>[a-z]|\d{1,2})(?:rationale|explanation|feedback|comment)"
)
_DISTRACTOR = re.compile(
    r"(?:incorrect|wrong|false)(?:answer|option|choice)?s?(?:[a-z]|\d{1,2})?|distractors?(?:[a-z]|\d{1,2})?"
)
_SEPARATORS = re.compile(r"[\W_]+")


def normalised(name: str) -> str:
    """A name without regard to case, spaces and punctuation: ``Correct_Answer`` and ``correct answer`` are one."""
    return _SEPARATORS.sub("", name.casefold()) or name.strip().casefold()


def is_known(name: str) -> bool:
    """True for a name that some part of a question goes by."""
    plain = normalised(name)
    return plain in _ALL or any(p.fullmatch(plain) for p in (_OPTION, _RATIONALE, _DISTRACTOR))


def matching(columns: Sequence[str], part: str) -> tuple[str, ...]:
    """The columns that may play a part, the most telling first."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(normalised(column), column)
    return tuple(by_name[name] for name in ALIASES[part] if name in by_name)


def option_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that hold one option each, in order: ``a b c d``, ``option1 option2``, ``choice_a choice_b``."""
    families: dict[tuple[str, bool], dict[int, str]] = {}
    for column in columns:
        if found := _OPTION.fullmatch(normalised(column)):
            family = (found["family"] or "", found["suffix"].isdigit())
            families.setdefault(family, {}).setdefault(ordinal(found["suffix"]), column)
    best: tuple[str, ...] = ()
    for (name, _), members in families.items():
        first = 0 if 0 in members else 1
        run: list[str] = []
        while first + len(run) in members:
            run.append(members[first + len(run)])
        if len(run) >= 2 and (len(run) > len(best) or (len(run) == len(best) and name)):
            best = tuple(run)
    return best


def rationale_columns(columns: Iterable[str], options: Sequence[str]) -> dict[int, str]:
    """Columns with the rationale of one option, by the option's number from 0."""
    first = 1
    if options and (found := _OPTION.fullmatch(normalised(options[0]))):
        first = ordinal(found["suffix"])
    rationales: dict[int, str] = {}
    for column in columns:
        if found := _RATIONALE.fullmatch(normalised(column)):
            number = ordinal(found["suffix"] or found["infix"]) - first
            if number >= 0:
                rationales.setdefault(number, column)
    return rationales


def distractor_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Columns with wrong options only, as in ``correct_answer`` beside ``incorrect_answers``."""
    return tuple(column for column in columns if _DISTRACTOR.fullmatch(normalised(column)))


def ordinal(suffix: str) -> int:
    """The number of a column: ``a`` and ``1`` are 1, ``0`` is 0."""
    return int(suffix) if suffix.isdigit() else ord(suffix) - ord("a") + 1


_ALL = frozenset(name for names in ALIASES.values() for name in names)
