"""Compare two versions of a rule as sentences."""

from instrument_share.web.responses.problem import told
from providers.domain import TermsDraft, sentences


def compare_terms(before: TermsDraft | None, after: TermsDraft) -> dict[str, list[str]]:
    """Compare two versions of the rule as sentences in the reader's language: left out, new and the same.

    In the first version (`before` is None) nothing is new.
    """
    later = [told(sentence.message, sentence.params) for sentence in sentences(after)]
    if before is None:
        return {"same": later}
    earlier = [told(sentence.message, sentence.params) for sentence in sentences(before)]
    return {
        "before": earlier,
        "left_out": [text for text in earlier if text not in later],
        "new": [text for text in later if text not in earlier],
        "same": [text for text in later if text in earlier],
    }
