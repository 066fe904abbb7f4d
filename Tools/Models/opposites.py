"""Makes the opposite of a text by one small change: a polarity word, a negation, or a number.

MiniLM places "turn on the light" and "turn off the light" almost on the same point. The pairs made here are used to
widen that gap in the student's targets, and to measure it on held-out text.
"""
import re

_PAIRS = """turn on|turn off;switch on|switch off;enable|disable;increase|decrease;raise|lower;open|close;lock|unlock;
start|stop;add|remove;buy|sell;accept|decline;allow|block;activate|deactivate;subscribe|unsubscribe;sign up|sign out;
log in|log out;before|after;cheapest|most expensive;cheap|expensive;first|last;most|least;more|less;best|worst;
highest|lowest;longest|shortest;oldest|youngest;largest|smallest;biggest|smallest;earlier|later;hot|cold;up|down;
with|without;inside|outside;north|south;east|west;left|right;morning|evening;upgrade|downgrade;send|receive;
credit|debit;deposit|withdraw;arrive|depart;arrival|departure;same|different;always|never;all|none;good|bad;
high|low;public|private;mute|unmute;pause|resume;likes|dislikes;love|hate;free|paid;import|export;join|leave;
freeze|unfreeze;cancel|keep;lost|found;wife|husband;mother|father;male|female;yes|no;today|tomorrow;old|new""".replace("\n", "")
_SWAP = {}
for _pair in _PAIRS.split(";"):
    _a, _b = _pair.split("|")
    _SWAP.setdefault(_a, _b)
    _SWAP.setdefault(_b, _a)
_WORDS = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _SWAP), key=len, reverse=True)) + r")\b", re.I)
_NEGATIONS = [(r"\bdon'?t\b", "do"), (r"\bcan'?t\b", "can"), (r"\bisn'?t\b", "is"), (r"\b(is|was|are|were) not\b", r"\1"),
              (r"\b(i|we|they) (want|need|like|have)\b", r"\1 don't \2"), (r"\b(is|was|are|were|does|did|should|will)\b", r"\1 not"),
              (r"\b(can|could)\b", r"\1 not"), (r"^(please )?(cancel|change|delete|play|book|show|tell|give|set|make)\b", r"\1don't \2")]


def opposite(text, rng):
    """(opposite text, kind) or None; kind is polarity, number or negation."""
    found = list(_WORDS.finditer(text))
    numbers = list(re.finditer(r"\d+", text))
    if found and (not numbers or rng.random() < 0.7):
        hit = rng.choice(found)
        return text[:hit.start()] + _SWAP[hit.group().lower()] + text[hit.end():], "polarity"
    if numbers:
        hit = rng.choice(numbers)
        digits = "".join(rng.choice("123456789") for _ in hit.group())
        if digits != hit.group():
            return text[:hit.start()] + digits + text[hit.end():], "number"
    for pattern, other in _NEGATIONS:
        changed, n = re.subn(pattern, other, text, count=1, flags=re.I)
        if n:
            return changed, "negation"
    return None


def typo(text, rng):
    """One keyboard slip in a word of four letters or more: dropped, doubled, swapped or replaced letter."""
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 3 and w.isalpha()]
    if not long:
        return text
    i = rng.choice(long)
    word, at = words[i], rng.randrange(1, len(words[i]) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:at] + word[at + 1:]
    elif kind == 1:
        word = word[:at] + word[at] + word[at:]
    elif kind == 2:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2:]
    else:
        word = word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1:]
    return " ".join(words[:i] + [word] + words[i + 1:])
