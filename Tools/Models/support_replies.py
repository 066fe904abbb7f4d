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
    text = _SLOT.sub(_named, text)
    if len(entity) > 2 and entity_type in _ENTITY:
        text = re.sub(r"(?<![\w{])" + re.escape(entity) + r"(?![\w}])", "{{" + _ENTITY[entity_type] + "}}", text, flags=re.I)
    number = "{{Invoice Number}}" if "invoice" in intent else "{{Order Number}}"
    text = re.sub(r"#?\b[A-Z]{0,3}\d{4,}\b|#\d+", number, text)
    text = re.sub(r"#(?=\{\{)", "", text)
    text = re.sub(r"[$€£]\s?(\d[\d.,]*\d|\d)|\b\d+ (dollars|euros|pounds)\b", "{{Refund Amount}}", text)
    text = re.sub(r"[$€£](?=\{\{)", "", text)
    return re.sub(r"\n{3,}", "\n\n", text)


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
