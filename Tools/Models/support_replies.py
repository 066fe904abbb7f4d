"""Turns Bitext's replies into training targets: few slot names, no copied numbers, whole sentences only.

A slot stands for a value that the model cannot know. Bitext also puts names of buttons and pages into braces, in 300
spellings; these become quoted text. Values that a customer gave (order numbers, amounts, names) become slots too, since
a model of this size cannot copy them: the router fills them in from the entities that it extracted.
"""
import re

_SAME = {
    "Customer Support Phone Number": "support phone number|customer service phone number|phone number|customer support phone number anonymized|"
        "customer assistance phone number|complaint phone number|customer support contact information",
    "Customer Support Hours": "customer support availability|customer service hours|support team availability|operating hours|"
        "customer support availability anonymized|customer assistance hours",
    "Customer Support Email": "customer support email address|support email|customer service email|support email address|"
        "customer service email address|feedback email address|complaint email address",
    "Website Name": "website|website or app|website/app name|website name anonymized|company website|service website",
    "Website URL": "", "Company Name": "",
    "Order Number": "order number anonymized|purchase id anonymized|order id anonymized|purchase number anonymized",
    "Invoice Number": "bill number anonymized|invoice number anonymized",
    "Tracking Number": "", "Refund Amount": "", "Account Type": "", "Person Name": "", "Delivery City": "", "Delivery Country": "",
    "Number of Days": "refund period|refund timeframe|refund processing time|response time"}
SLOTS = sorted(_SAME)
_NAME = {old: name for name, group in _SAME.items() for old in [name.lower(), *filter(None, group.split("|"))]}
_ENTITY = {"order_id": "Order Number", "invoice_id": "Invoice Number", "account_type": "Account Type", "person_name": "Person Name",
           "refund_amount": "Refund Amount", "delivery_city": "Delivery City", "delivery_country": "Delivery Country"}
_SLOT = re.compile(r"([\"'“]?)\{\{\s*(.*?)\s*\}\}([\"'”]?)")

_BRACKET = re.compile(r"\[([A-Za-z ]+)\]")
_AMOUNT = re.compile(r"[$€£]\s?\d[\d.,]*\d\b|[$€£]\s?\d|\b\d[\d.,]* (dollars|euros|pounds)\b")
# What the customer said; the other slots are facts of the business.
CUSTOMER_SLOTS = {"Order Number", "Invoice Number", "Tracking Number", "Refund Amount", "Account Type", "Person Name", "Delivery City",
                  "Delivery Country"}


def _named(match):
    name = match.group(2)
    if name.lower() in _NAME:
        return "{{" + _NAME[name.lower()] + "}}"
    if name.lower().startswith("live chat"):
        return "live chat"
    if re.fullmatch(r"[\dA-F]{6,}", name):
        return "{{Order Number}}"
    return f'"{name}"'


def clean(reply, intent, entity, entity_type):
    text = re.sub(r"[ \t]+", " ", reply.replace("\r", "")).strip()
    text = text.replace("’", "'").replace("—", "-").replace("–", "-").replace("“", '"').replace("”", '"')
    text = text.replace("support@example.com", "{{Customer Support Email}}").replace("(123) 456-7890", "{{Customer Support Phone Number}}")
    text = re.sub(r"\[(\{\{.*?\}\})\]", r"\1", _SLOT.sub(_named, text))
    text = _BRACKET.sub(lambda m: "{{" + _NAME[m[1].lower()] + "}}" if m[1].lower() in _NAME else m[1].lower(), text)
    if len(entity) > 2 and entity_type in _ENTITY:
        text = re.sub(r"(?<![\w{])" + re.escape(entity) + r"(?![\w}])", "{{" + _ENTITY[entity_type] + "}}", text, flags=re.I)
    number = "{{Invoice Number}}" if "invoice" in intent else "{{Order Number}}"
    text = _AMOUNT.sub("{{Refund Amount}}", text)
    text = re.sub(r"#?\b[A-Z]{0,3}\d{4,}\b|#\d+", number, text)
    text = re.sub(r"#(?=\{\{)", "", text)
    text = re.sub(r"[$€£](?=\{\{)|(?<=\{\{Refund Amount\}\}) (dollars|euros|pounds)\b", "", text)
    text = re.sub(r"\b(bloody|damn|goddamn|freaking) ", "", text)
    return re.sub(r"\n{3,}", "\n\n", text)


def with_slots(prompt, intent, entity, entity_type):
    """The prompt with the values that the reply may repeat replaced by their slots."""
    if len(entity) > 2 and entity_type in _ENTITY and entity_type != "refund_amount":
        prompt = re.sub(r"#?(?<![\w{])" + re.escape(entity) + r"(?![\w}])", "{{" + _ENTITY[entity_type] + "}}", prompt, flags=re.I)
    prompt = _AMOUNT.sub("{{Refund Amount}}", prompt)
    number = "{{Invoice Number}}" if "invoice" in intent else "{{Order Number}}"
    return re.sub(r"#?\b[A-Za-z]{0,3}\d{4,}\b|#\d+", number, prompt)


def slots_of(text):
    return set(re.findall(r"\{\{(.*?)\}\}", text))


def is_good(reply, asked):
    """False for replies that must not be learned: `asked` is the prompt with slots.

    A broken opening or end, a list whose items repeat, a value of the customer's that the prompt does not hold, and
    how to subscribe as the answer to unsubscribing.
    """
    items = [p.strip().lower() for p in re.findall(r"(?m)^\s*(?:\d+\.|-)\s*(.+)$", reply)]
    if len(set(items)) < len(items) or not re.match(r'[A-Z"{]', reply) or not re.search(r'[.!?]["\')]?$', reply):
        return False
    if (slots_of(reply) & CUSTOMER_SLOTS) - slots_of(asked) - ({"Tracking Number"} if "{{Order Number}}" in reply else set()):
        return False
    if "newsletter" in asked and ends_it(asked) != ends_it(reply):
        return False
    return not re.search(r"\[|\]|rest of the|as an ai", reply, re.I)


def ends_it(text):
    """True for a text about ending a newsletter subscription."""
    return bool(re.search(r"un-?sub?s?cr|cancel|stop|opt(ing)?[ -]out|no longer|end (my|the)|not (want|wish)", text, re.I))


def cut(text, count, most):
    """The longest run of whole sentences and steps from the start that `count` measures as at most `most`; or None."""
    if count(text) <= most:
        return text
    ends = [m.end() for m in re.finditer(r"[.!?][\"')]?(?=\s)", text)]
    ends = [e for e in ends if not re.search(r"(^|\n)\s*\d+\.$", text[:e])]
    fitting = [e for e in ends if count(text[:e]) <= most]
    return text[:fitting[-1]] if fitting else None


def has_unknown_slot(text):
    return any(name not in SLOTS for name in re.findall(r"\{\{(.*?)\}\}", text)) or text.count("{{") != text.count("}}")
