"""Makes the opposite of a text by one small change: a polarity word, a negation, a number, or a name.

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
_NAMES = ["""london paris berlin madrid rome tokyo boston chicago denver seattle houston miami dallas atlanta phoenix detroit portland
sydney toronto dublin vienna oslo lisbon athens cairo moscow delhi mumbai beijing""".split(),
          "monday tuesday wednesday thursday friday saturday sunday".split(),
          "january february march april june july august september october november december".split(),
          """john mary james linda robert susan michael karen david sarah daniel laura peter anna mark emily paul julia kevin alice
thomas emma george helen frank maria henry rachel jack olivia""".split(),
          "red blue green yellow black white purple orange pink brown".split(),
          """italy france germany spain england canada mexico brazil china japan india russia egypt greece turkey sweden norway poland
ireland australia america texas california florida""".split(),
          "dollar dollars euro euros pound pounds yen".split(), "breakfast lunch dinner".split(),
          "one two three four five six seven eight nine ten twelve twenty fifty hundred thousand".split(),
          "pizza pasta salad soup chicken beef fish rice bread cheese".split(), "visa mastercard paypal amex".split()]
_GROUP = {word: names for names in _NAMES for word in names}
_NAME = re.compile(r"\b(" + "|".join(_GROUP) + r")\b", re.I)
_SWAP = {}
for _pair in _PAIRS.split(";"):
    _a, _b = _pair.split("|")
    _SWAP.setdefault(_a, _b)
    _SWAP.setdefault(_b, _a)
_WORDS = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _SWAP), key=len, reverse=True)) + r")\b", re.I)
_NEGATIONS = [(r"\b(do|does|did|is|are|was|were|have|has|should|would|could)n['’]?t\b", r"\1"), (r"\bcan['’]?t\b", "can"), (r"\bwon['’]?t\b", "will"),
              (r"\b(is|was|are|were|am|do|does|did|will|would|can|could|should) not\b", r"\1"), (r"\bcannot\b", "can"), (r"\bno longer\b", "still"),
              (r"\b(never)\b", "always"), (r"\bwithout\b", "with")]
_NEGATE = [(r"\b(i|we|they|you) (want|need|like|have|know|see|get|think|use|received|got)\b", (r"\1 don't \2", r"\1 do not \2", r"\1 never \2")),
           (r"\b(is|was|are|were)\b", (r"\1 not", r"\1 no longer", r"\1n't")), (r"\b(am)\b", (r"\1 not", r"\1 no longer")), (r"\b(does|did|should|would)\b", (r"\1 not", r"\1n't")),
           (r"\b(will)\b", (r"\1 not", "won't")), (r"\b(can|could)\b", (r"\1 not", "can't")), (r"\b(to) ([a-z]{3,})\b", (r"not to \2", r"to not \2")),
           (r"^(please )?([a-z]{3,})\b", (r"\1don't \2", r"\1do not \2", r"\1never \2"))]


def negated(text, rng):
    """The text with a negation taken out or put in, or None."""
    for pattern, other in _NEGATIONS:
        changed, n = re.subn(pattern, other, text, count=1, flags=re.I)
        if n:
            return changed
    fitting = [(pattern, others) for pattern, others in _NEGATE[:-1] if re.search(pattern, text, re.I)]
    verb = re.match(r"(please )?(cancel|change|delete|play|book|show|tell|give|set|make|add|find|remove|order|send|call|remind|turn|put|check|open|get|let|transfer|schedule)\b",
                    text, re.I)
    if verb:
        fitting += [_NEGATE[-1]] * 2
    if not fitting:
        return None
    pattern, others = rng.choice(fitting)
    return re.sub(pattern, rng.choice(others), text, count=1, flags=re.I)


def opposite(text, rng):
    """(opposite text, kind) or None; kind is polarity, number, name or negation: of those that fit, any."""
    made = []
    if found := list(_WORDS.finditer(text)):
        hit = rng.choice(found)
        made += [(text[:hit.start()] + _SWAP[hit.group().lower()] + text[hit.end():], "polarity")] * 2
    if numbers := list(re.finditer(r"\d+", text)):
        hit = rng.choice(numbers)
        digits = "".join(rng.choice("123456789") for _ in hit.group())
        made += [(text[:hit.start()] + digits + text[hit.end():], "number")] * 2
    if names := list(_NAME.finditer(text)):
        hit = rng.choice(names)
        made.append((text[:hit.start()] + rng.choice(_GROUP[hit.group().lower()]) + text[hit.end():], "name"))
    if changed := negated(text, rng):
        made.append((changed, "negation"))
    made = [m for m in made if m[0].lower() != text.lower()]
    return rng.choice(made) if made else None


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
