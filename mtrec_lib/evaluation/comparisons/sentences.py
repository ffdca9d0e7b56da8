"""Sentences that compare: the writer gives the verb, the comparison the word."""

import re
from collections.abc import Mapping

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.comparison import LEVEL_WITH, NO_WORSE, OPEN, Comparison

NAMES = "{names}"  # the place where the models that share a word are listed
VERB = re.compile(r"\{(?!names\})([a-z]+)\}")
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do"}


def written(template: str, compared: Comparison | Mapping[str, Comparison]) -> str:
    """The sentence that a comparison, or several by name, allows.

    Args:
        template: holds one verb in braces, which stands between the two sides, as in
            ``"Counts {rank} item-kNN"``; with several comparisons also ``{names}``, where those
            that share a word are listed: ``"In this shop {names} {rank} popularity"``, or
            ``"Counts {rank} {names}"`` where the other sides have names.
        compared: the comparison of the left side with the right, or name → comparison.

    Returns:
        Such as ``"Counts rank better than item-kNN (1 seed)"``. Margins and numbers of seeds
        stand behind in brackets.

    Raises:
        ParameterError: not one verb, or ``{names}`` without several comparisons or them without it.
    """
    _check(template, isinstance(compared, Mapping))
    if isinstance(compared, Comparison):
        return _capital(_filled(template, compared, 1) + _behind([compared]))
    groups: dict[str, list[str]] = {}
    for name, each in compared.items():
        groups.setdefault(each.word, []).append(name)
    head, rest = _once(template)
    of_names = rest.startswith(NAMES)
    parts = []
    for names in groups.values():
        part = _filled(rest, compared[names[0]], len(names) if of_names else 1)
        parts.append(part.replace(NAMES, _listed(names)))
    return _capital(head + "; ".join(parts) + _behind(list(compared.values())))


def open_question(template: str) -> str:
    """The template with both words in place: what is asked where nothing was measured."""
    question = template.replace(NAMES, "one model")
    return _capital(VERB.sub(lambda verb: f"{verb[1]} better or worse than", question))


def _check(template: str, several: bool) -> None:
    if len(VERB.findall(template)) != 1:
        raise ParameterError(
            "a sentence that is handed a comparison holds one verb in braces, and the comparison "
            f"writes what follows it, as in 'Counts {{rank}} item-kNN'; got {template!r}"
        )
    if several != (template.count(NAMES) == 1):
        raise ParameterError(
            "{names} stands once where several comparisons, handed over as {name: comparison}, "
            "list their models, as in '{names} {rank} popularity', and nowhere else; got "
            f"{'several comparisons' if several else 'one comparison'} for {template!r}"
        )


def _once(template: str) -> tuple[str, str]:
    """What is said once, and what each group of names repeats."""
    first = VERB.search(template)
    start = min(template.index(NAMES), first.start() if first else len(template))
    return template[:start], template[start:]


def _filled(words: str, comparison: Comparison, number: int) -> str:
    def phrase(verb: re.Match[str]) -> str:
        does = verb[1] if number == 1 else _PLURAL.get(verb[1], verb[1].removesuffix("s"))
        if comparison.word == OPEN:
            return f"{OPEN} from"
        return f"{does} {comparison.word} {'with' if comparison.word == LEVEL_WITH else 'than'}"

    return VERB.sub(phrase, words)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _behind(comparisons: list[Comparison]) -> str:
    """Margins of the words that rest on one, and seeds, in brackets."""
    rest = [each for each in comparisons if each.word in (LEVEL_WITH, NO_WORSE)]
    notes = [f"δ = {margin:.3g}" for margin in dict.fromkeys(e.margin for e in rest) if margin]
    seeds = dict.fromkeys(each.runs for each in comparisons if any(each.seeds))
    notes += [words.partition(",")[0] for words in seeds] if len(seeds) == 1 else []
    return f" ({', '.join(notes)})" if notes else ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
