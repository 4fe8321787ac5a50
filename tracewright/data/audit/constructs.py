"""The constructs of word problems that an audit counts: what a question must contain to have each."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_NUMBER = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


CONSTRUCTS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "pronouns": _words("he", "she", "they", "him", "her", "his", "hers", "them", "their", "theirs", "it", "its"),
        "per / each / every": _words("per", "each", "every"),
        "if": _words("if"),
        "time units": _words(
            "seconds?", "minutes?", "hours?", "days?", "weeks?", "months?", "years?", "weekends?", "decades?", "daily",
            "weekly", "monthly", "yearly",
        ),
        "buy / sell / pay / earn / cost": _words(
            "costs?", "pays?", "paid", "paying", "earns?", "earned", "earning", "buys?", "bought", "buying", "sells?",
            "sold", "selling", "spends?", "spent", "spending", "charges?", "charged",
        ),
        "money": re.compile(r"\$|\b(?:dollars?|cents?|quarters?|dimes?|nickels?|penn(?:y|ies))\b", re.IGNORECASE),
        "total / altogether / combined": _words("total", "altogether", "combined", "in all", "together"),
        "first / then / next / after / before": _words("first", "then", "next", "after", "before", "finally"),
        "more / less / fewer": _words("more", "less", "fewer"),
        "remaining / left / rest": _words("remaining", "remainder", "remains?", "left", "rest"),
        "percent": re.compile(r"%|\bpercent(?:age)?\b", re.IGNORECASE),
        "X times": re.compile(rf"\b(?:{_NUMBER}\s+times|twice|double[sd]?|triple[sd]?|thrice)\b", re.IGNORECASE),
        "twice / double": _words("twice", "double[sd]?", "doubling"),
        "half": _words("half", "halves"),
        "other fractions": re.compile(
            r"\b\d+/\d+|\b(?:third|fourth|fifth|sixth|eighth|tenth|quarter)s?\s+(?:of|as|the|full)\b"
            r"|\b(?:one|two|three|a)[- ](?:thirds?|fourths?|fifths?|sixths?|eighths?|tenths?|quarters?)\b",
            re.IGNORECASE,
        ),
        "unit words": _words(
            "feet", "foot", "inch(?:es)?", "yards?", "miles?", "meters?", "kilometers?", "km", "cm", "ounces?", "oz",
            "gallons?", "quarts?", "pints?", "cups?", "liters?", "pounds?", "lbs?", "kilograms?", "kgs?", "grams?",
            "tons?",
        ),
        "dozen / pair / pack / box / bag": _words("dozens?", "pairs?", "packs?", "packages?", "box(?:es)?", "bags?"),
        "as many as / same": _words("as many", "as much", "same"),
        "distance / speed": _words("miles?", "kilometers?", "km", "speed", "mph", "distance"),
        "how many more": _words("how many more", "how much more", "how many fewer", "how much less"),
        "equally / split / share": _words("equally", "evenly", "split", "divided?", "shared?", "shares"),
        "discount / tax / tip / profit": _words("discounts?", "discounted", "tax(?:es)?", "tips?", "profits?"),
        "average": _words("average", "averages", "averaged", "mean"),
        "ages": _words("years? old", "years? older", "years? younger", "age", "ages", "older", "younger"),
        "ratio": _words("ratio", "ratios", "proportion"),
        "how many": _words("how many"),
        "how much": _words("how much"),
        "a number word": re.compile(
            r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
            r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
            r"|million)\b",
            re.IGNORECASE,
        ),
    }
)  # fmt: skip
"""Name of each construct, and the pattern that a question must contain."""
