//! Rules about delivery receipts and intermediate notifications.

use super::{Rule, SINCE_34, Scope, Severity};

/// The rows, in the order of the conformance suite.
pub(super) static ROWS: [Rule; 9] = [
    Rule {
        id: "receipt.missing_tlvs",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §4.6.1; SMPP 5.0 §4.3.5.1, §4.3.5.2",
        doc: "A receipt or an intermediate notification (esm_class type 0x04, 0x20) without receipted_message_id or message_state.",
    },
    Rule {
        id: "receipt.text.malformed",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B (an example of one format, vendor specific); SMPP 5.0 §4.3.5.1 (format left to the product)",
        doc: "The text of a receipt does not match the Appendix B form (values.toml delivery_receipt_text strict_regex); try lenient_regex before giving up. No text at all is fine when the TLVs are there.",
    },
    Rule {
        id: "receipt.text.stat_unknown",
        severity: Severity::Note,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B Table B-2",
        doc: "stat is none of DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN, REJECTD (and ENROUTE, which is used in intermediate notifications).",
    },
    Rule {
        id: "receipt.state_mismatch",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B, §5.2.28, §5.3.2.35; SMPP 5.0 §4.7.15, §4.8.4.37",
        doc: "stat of the text and the message_state TLV do not mean the same (values.toml delivery_receipt_text.stat).",
    },
    Rule {
        id: "receipt.id_mismatch",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 Appendix B, §5.3.2.12; SMPP 5.0 §4.8.4.47",
        doc: "id of the text and receipted_message_id differ. Decimal against hexadecimal spellings of one number, and leading zeros, do not count as different.",
    },
    Rule {
        id: "receipt.state_kind",
        severity: Severity::Warning,
        scope: Scope::Pdu,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11; SMPP 5.0 §4.3.5.1, §4.3.5.2, §4.7.15",
        doc: "A delivery receipt (0x04) reports the final state, an intermediate notification (0x20) an intermediate one; here it is the other way round.",
    },
    Rule {
        id: "receipt.unknown_message",
        severity: Severity::Note,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §5.3.2.12; SMPP 5.0 §4.3.5.1",
        doc: "The message of the receipt was not submitted in this capture. Other sessions and earlier times explain it; an id in another radix (hexadecimal in submit_sm_resp, decimal in the receipt) does so often: compare both ways first.",
    },
    Rule {
        id: "receipt.not_requested",
        severity: Severity::Warning,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11, §5.2.17; SMPP 5.0 §4.3.5.1, §4.7.21",
        doc: "A receipt for a message whose registered_delivery did not ask for one, or not for this outcome (2: failures only; 3: success only).",
    },
    Rule {
        id: "receipt.address_not_swapped",
        severity: Severity::Note,
        scope: Scope::Journey,
        versions: SINCE_34,
        clause: "SMPP 3.4 §2.11; SMPP 5.0 §4.3.5.1",
        doc: "The source of a receipt is the destination of the original message and the other way round; here they differ. A message centre may rewrite TON, NPI or the number.",
    },
];
