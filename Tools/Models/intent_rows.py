"""Rows for the intents head: in-scope prompts and out-of-scope text, split so that tests stay unseen.

In scope: Bitext, split by prompt group (corpus.bitext); rows of other sets whose intent is one of ours (SAME_INTENT); and
fixtures/support_prompts.jsonl, written for this project because Bitext's prompts come from templates and a head that sees
nothing else rejects most prompts written by people. Out of scope: CLINC150 keeps its own splits; four SNIPS intents,
twenty BANKING77 intents and the finance and banking parts of DSTC11 appear in the test only, which makes the near-domain
test one of unseen intents; questions are split at random. Rows whose intent is one of ours under another name are
dropped by name, and rows whose teacher embedding is closer than 0.80 to a Bitext training prompt are dropped too.
"""
import json
import random
from collections import Counter, namedtuple
from pathlib import Path

import numpy as np

import corpus
import encoder_network
from opposites import typo

OUT = "out_of_scope"
Prompt = namedtuple("Prompt", "text intent source split")
SAME_THING = set("""clinc:order clinc:order_status clinc:pin_change clinc:account_blocked clinc:cancel clinc:reset_settings
banking:passcode_forgotten banking:request_refund banking:Refund_not_showing_up banking:edit_personal_details
banking:terminate_account banking:age_limit banking:failed_transfer banking:declined_card_payment
banking:transaction_charged_twice banking:pin_blocked banking:card_delivery_estimate banking:card_arrival
dstc11:UpdateEmail dstc11:UpdatePhoneNumber dstc11:UpdateStreetAddress dstc11:ChangeAddress dstc11:ReportBillingIssue
dstc11:CloseBankAccount dstc11:UpdatePaymentPreference dstc11:CreateAccount dstc11:CancelPlan dstc11:ResetPassword
dstc11:ChangePlan dstc11:CloseAccount dstc11:OpenAccount dstc11:OpenBankingAccount dstc11:RequestEmail dstc11:ChangePin
dstc11:ChangeSecurityQuestion dstc11:SetUpOnlineBanking dstc11:OnlineBankingInfo""".split())
SAME_INTENT = {"clinc:order_status": "track_order", "banking:passcode_forgotten": "recover_password", "banking:terminate_account": "delete_account",
               "banking:Refund_not_showing_up": "track_refund", "banking:request_refund": "get_refund", "dstc11:CreateAccount": "create_account",
               "banking:edit_personal_details": "edit_account", "banking:declined_card_payment": "payment_issue", "dstc11:UpdateEmail": "edit_account",
               "banking:transaction_charged_twice": "payment_issue", "dstc11:UpdatePhoneNumber": "edit_account",
               "dstc11:ResetPassword": "recover_password", "dstc11:CloseAccount": "delete_account"}
POLITE = ["{}", "hi, {}", "hello {}", "please {}", "{} please", "{}, thanks", "hey can you help me, {}", "{} asap", "quick question: {}",
          "good morning. {}", "{} thank you", "i have a question, {}", "{} can you help?", "so {}"]


def in_scope(data):
    seen, out = set(), []
    for r in corpus.bitext(data):
        if r.prompt.lower() not in seen:
            seen.add(r.prompt.lower())
            out.append(Prompt(r.prompt, r.intent, "bitext", r.split))
    return out


def written(rng):
    """The project's own prompts, in and out of scope: 65 % train, 35 % calibration."""
    lines = open(Path(__file__).parent / "fixtures/support_prompts.jsonl", encoding="utf-8")
    rows = [json.loads(line) for line in lines]
    return [Prompt(r["prompt"], r["intent"], "written", "train" if rng.random() < 0.65 else "calibration") for r in rows]


def natural(data, rng, most=90):
    """In-scope rows of other sets, at most `most` a source intent."""
    out, taken = [], Counter()
    labelled = [("clinc:" + i, t) for part in ("train", "test") for t, i in corpus.clinc(data, part)]
    labelled += [("banking:" + i, t) for t, i in corpus.banking(data, "train")] + [("dstc11:" + i, t) for t, i in corpus.dstc11(data)]
    for name, text in rng.sample(labelled, len(labelled)):
        if name in SAME_INTENT and taken[name] < most:
            taken[name] += 1
            split = rng.choices(["train", "val", "calibration", "test"], [50, 8, 20, 22])[0]
            out.append(Prompt(text, SAME_INTENT[name], "natural", split))
    return out


def out_of_scope(data, rng):
    rows = []

    def add(source, text, split):
        rows.append(Prompt(text, OUT, source, split))

    def draw():
        return rng.choices(["train", "val", "calibration", "test"], [70, 8, 10, 12])[0]

    for part, split in (("train", "train"), ("val", "calibration"), ("test", "test")):
        for text, intent in corpus.clinc(data, part):
            if "clinc:" + intent not in SAME_THING:
                add("clinc", text, split)
    for text in corpus.clinc_more_oos(data):
        add("clinc_oos", text, "train")
    for part, split in (("oos_val", "calibration"), ("oos_test", "test")):
        for text, _ in corpus.clinc(data, part):
            add("clinc_oos", text, split)
    for source, labelled, held_out in (("snips", corpus.snips(data), 2), ("banking", corpus.banking(data, "train"), 20)):
        names = sorted({i for _, i in labelled})
        unseen = set(rng.sample(names, held_out))
        for text, intent in labelled:
            if f"{source}:{intent}" not in SAME_THING:
                split = draw()
                if intent in unseen:
                    add(source, text, "test")
                elif split != "test":
                    add(source, text, split)
    for i, (text, intent) in enumerate(corpus.dstc11(data)):
        if "dstc11:" + intent not in SAME_THING:
            insurance = i < sum(1 for _ in open(data / "dstc11/development.jsonl"))
            split = draw()
            if insurance and split != "test":
                add("dstc11", text, split)
            elif not insurance:
                add("dstc11", text, "test")
    for text in corpus.questions(data):
        add("questions", text, draw())
    return rows


def limit(rows, rng, counts):
    """At most counts[split] rows a split, sources as even as they allow."""
    out = []
    for split, most in counts.items():
        by_source = {}
        for row in rng.sample(rows, len(rows)):
            if row.split == split:
                by_source.setdefault(row.source, []).append(row)
        while most > 0 and any(by_source.values()):
            for source in sorted(by_source):
                if by_source[source] and most > 0:
                    out.append(by_source[source].pop())
                    most -= 1
    return out


def variants(row, entities, rng, count):
    """Other spellings of a prompt: polite frames, keyboard slips, another entity value of the same type."""
    out = []
    for _ in range(count):
        text = row.text
        for kind, values in entities.items():
            hit = next((v for v in values if v in text), None)
            if hit and rng.random() < 0.7:
                text = text.replace(hit, rng.choice(values))
                break
        text = rng.choice(POLITE).format(text)
        for _ in range(rng.choice([0, 1, 1, 2])):
            text = typo(text, rng)
        out.append(row._replace(text=text))
    return out


def load(data, cache, seed=5):
    """All rows without variants; those that need the teacher are kept in the file `cache`."""
    if cache.exists():
        return [Prompt(*row) for row in json.load(open(cache))] + written(random.Random(seed))
    rng = random.Random(seed)
    inside = in_scope(data)
    outside = limit(out_of_scope(data, rng), rng, {"train": 16000, "val": 1200, "calibration": 2000, "test": 4000})
    network, tokenizer, _ = encoder_network.load_teacher()
    ours = encoder_network.embed(network, tokenizer, [r.text for r in inside if r.split == "train"])
    theirs = encoder_network.embed(network, tokenizer, [r.text for r in outside])
    nearest = np.concatenate([(theirs[i:i + 2000] @ ours.T).max(1) for i in range(0, len(theirs), 2000)])
    kept = [r for r, closeness in zip(outside, nearest) if closeness < 0.80]
    print(f"out of scope: {len(kept)} rows, {len(outside) - len(kept)} dropped as too close to a support prompt")
    rows = inside + natural(data, rng) + kept
    json.dump(rows, open(cache, "w"))
    return rows + written(random.Random(seed))


def entity_values(data):
    values = {}
    for r in corpus.bitext(data):
        if r.split == "train" and len(r.entity) > 2:
            values.setdefault(r.entity_type, set()).add(r.entity)
    return {kind: sorted(found, key=lambda v: (-len(v), v)) for kind, found in sorted(values.items())}
