"""Sentences that compare: the writer gives the verb, the comparison the word."""

import re
from collections.abc import Mapping

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.comparison import LEVEL_WITH, NO_WORSE, OPEN, Comparison

VERB = re.compile(r"\{([a-z]+)\}")
NAMES = "names"  # the place where the models that share a word are listed
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do"}


def written(template: str, found: Comparison | Mapping[str, Comparison]) -> str:
    """The sentence that a comparison, or several by name, allows.

    Args:
        template: holds one verb in braces, which stands between the two sides, as in
            ``"Counts {rank} item-kNN"``; with several comparisons also ``{names}``, where those
            that share a word are listed, as in ``"In this shop {names} {rank} popularity"``.
        found: the comparison of the left side with the right, or name of a left side → its own.

    Returns:
        Such as ``"Counts rank better than item-kNN (1 seed)"``. Margins and numbers of seeds
        stand behind in brackets.

    Raises:
        ParameterError: no verb, no ``{names}`` for several, or nothing to compare.
    """
    head, tail = _halves(template, isinstance(found, Mapping))
    if isinstance(found, Comparison):
        return _capital(head + _filled(tail, found, 1) + _behind([found]))
    groups: dict[str, list[str]] = {}
    for name, each in found.items():
        groups.setdefault(each.word, []).append(name)
    parts = []
    for names in groups.values():
        parts.append(_listed(names) + _filled(tail, found[names[0]], len(names)))
    return _capital(head + "; ".join(parts) + _behind(list(found.values())))


def open_question(template: str) -> str:
    """The template with both words in place: what is asked where nothing was measured."""
    asked = VERB.sub(lambda verb: f"{verb[1]} better or worse than", _named(template))
    return _capital(asked)


def _named(template: str) -> str:
    return template.replace(f"{{{NAMES}}}", "one model")


def _halves(template: str, several: bool) -> tuple[str, str]:
    head, place, tail = template.partition(f"{{{NAMES}}}")
    if several and not place:
        raise ParameterError(
            f"with several comparisons the sentence says by {{names}} where the models are listed, "
            f"as in '{{names}} {{rank}} popularity'; got {template!r}"
        )
    if place and not several:
        raise ParameterError(
            f"{{names}} lists the names of several comparisons, handed over as "
            f"{{name: comparison}}; got one comparison for {template!r}"
        )
    tail = tail if place else template
    if len(VERB.findall(tail)) != 1:
        raise ParameterError(
            "a sentence that is handed a comparison holds one verb in braces, and the comparison "
            f"writes what follows it, as in 'Counts {{rank}} item-kNN'; got {template!r}"
        )
    return (head if place else ""), tail


def _filled(tail: str, found: Comparison, number: int) -> str:
    def phrase(verb: re.Match[str]) -> str:
        does = verb[1] if number == 1 else _PLURAL.get(verb[1], verb[1].removesuffix("s"))
        if found.word == OPEN:
            return f"{OPEN} from"
        return f"{does} {found.word} {'with' if found.word == LEVEL_WITH else 'than'}"

    return VERB.sub(phrase, tail)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _behind(found: list[Comparison]) -> str:
    """Margins of the words that rest on one, and seeds, in brackets."""
    rest = [each for each in found if each.word in (LEVEL_WITH, NO_WORSE)]
    notes = [f"δ = {margin:.3g}" for margin in dict.fromkeys(e.margin for e in rest) if margin]
    seeds = dict.fromkeys(each.runs for each in found if any(each.seeds))
    notes += [words.partition(",")[0] for words in seeds] if len(seeds) == 1 else []
    return f" ({', '.join(notes)})" if notes else ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
