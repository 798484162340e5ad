//! The one interpreter of the tables: shows a visitor every field, TLV and finding of a PDU.

use super::header::Header;
use super::moment::Moment;
use super::reader::Reader;
use super::spec::{
    self, Charset, Command, Field, Kind, SERVICE_TYPES, Slot, TimeUse, Values, Versions, fields,
    is_vendor_status,
};
use super::{
    Clause, CommandId, CommandStatus, Detail, Facts, Finding, Role, RuleId, Severity, Span, Value, Version,
    Visitor, text,
};

/// What is known about the session that a PDU belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The version that the session speaks. `None`: the layout of 3.4, commands and TLVs of 5.0 accepted, and a rule that
    /// depends on the version judged only where every version breaks it.
    pub version: Option<Version>,
    /// Who sent the PDU.
    pub from: Option<Role>,
}

/// Decodes and judges one PDU.
///
/// `pdu` is a whole PDU, `command_length` octets; octets beyond that are not looked at, and missing ones show as a
/// truncated body. With fewer than 16 octets nothing is shown: a header that is cut is the framer's to report.
///
/// The order of judgement, in which one finding silences another, is this function and `Walk::body`:
/// 1. the header; a command that no version defines has no body to judge;
/// 2. a body where there should be none, or none where there should be one: not judged further;
/// 3. the body of a failing response is shown, not judged (5.0 §3.2.1.3);
/// 4. the mandatory fields; where one cannot be laid out, nothing after it is judged;
/// 5. the TLVs; one of another version is not also called reserved or not permitted;
/// 6. rules across fields.
#[inline]
pub fn walk<V: Visitor + ?Sized>(pdu: &[u8], context: Context, visitor: &mut V) -> Facts {
    walk_with(pdu, context, text::Charset::Gsm7, visitor)
}

/// [`walk`] where the message centre means `default_charset` by data_coding 0.
// Inlined, so that the facts are made where the caller keeps them, and not copied there.
#[inline]
pub fn walk_with<V: Visitor + ?Sized>(
    pdu: &[u8],
    context: Context,
    default_charset: text::Charset,
    visitor: &mut V,
) -> Facts {
    let mut facts = Facts::EMPTY;
    walk_into(pdu, context, default_charset, visitor, &mut facts);
    facts
}

/// Fills in `facts`, which are empty.
fn walk_into<V: Visitor + ?Sized>(
    pdu: &[u8],
    context: Context,
    default_charset: text::Charset,
    visitor: &mut V,
    facts: &mut Facts,
) {
    let mut reader = Reader::new(pdu, 0);
    let Some(header) = Header::parse(pdu) else { return };
    let body = header.command_length.min(reader.left()).saturating_sub(16);
    let body = reader.take(16).and_then(|_| reader.sub(body));
    let command = spec::command(header.command_id);
    facts.header = Some(header);
    facts.command = command;
    let mut walk = Walk {
        pdu,
        visitor,
        facts,
        version: context.version,
        layout: Version::V34,
        candidates: context.version.map_or(Versions::ALL, Versions::only),
        from: context.from,
        default_charset,
        quiet: false,
    };
    walk.header(header, context);
    if let (Some(command), Some(body)) = (command, body) {
        walk.settle(command, context);
        if walk.body(command, header, body).is_some() {
            walk.facts.laid_out = true;
            walk.across_fields(command);
        }
    }
}

/// A walk of one PDU under way.
pub(super) struct Walk<'p, 'v, V: Visitor + ?Sized> {
    pub(super) pdu: &'p [u8],
    pub(super) visitor: &'v mut V,
    pub(super) facts: &'v mut Facts,
    /// The version to judge by; `None`: all of [`candidates`](Self::candidates).
    pub(super) version: Option<Version>,
    /// The version whose layout is read.
    pub(super) layout: Version,
    /// The versions that the session may speak.
    pub(super) candidates: Versions,
    /// Who sent the PDU, known or by its command.
    pub(super) from: Option<Role>,
    /// What data_coding 0 means.
    pub(super) default_charset: text::Charset,
    /// Show, but do not judge.
    pub(super) quiet: bool,
}

/// The integers whose values have ranges of their own.
const WITH_RANGES: u64 = Slot::SmLength.bit()
    | Slot::NumberOfDests.bit()
    | Slot::NumMessages.bit()
    | Slot::ErrorStatusCode.bit()
    | Slot::EsmClass.bit();

/// The place in the body is lost: nothing after it can be found. The reason has been reported.
pub(super) struct Lost;

impl<V: Visitor + ?Sized> Walk<'_, '_, V> {
    /// Decides by which version to read: that of the session if it has the command, else the first that has it.
    fn settle(&mut self, command: &'static Command, context: Context) {
        let only = Versions::only;
        self.version = match context.version {
            Some(version) if command.versions.contains(version) => Some(version),
            Some(_) => command.versions.first(),
            None => command.versions.first().filter(|first| command.versions == only(*first)),
        };
        self.layout = self.version.unwrap_or(Version::V34);
        self.candidates = self.version.map_or(Versions::ALL, only);
        self.from = context.from.or(command.from);
    }

    fn header(&mut self, header: Header, context: Context) {
        let id = header.command_id;
        match self.facts.command {
            Some(command) => {
                if context.version.is_some_and(|version| !command.versions.contains(version)) {
                    self.report_header(RuleId::HEADER_COMMAND_ID_NOT_IN_VERSION, 4, Detail::Command(id));
                }
            }
            None if spec::is_vendor_command(id) && context.version != Some(Version::V33) => {
                self.report_header(RuleId::HEADER_COMMAND_ID_VENDOR, 4, Detail::Command(id));
            }
            None => self.report_header(RuleId::HEADER_COMMAND_ID_UNKNOWN, 4, Detail::Command(id)),
        }
        let status = header.command_status;
        if id.is_response() {
            if status != CommandStatus::OK {
                self.status(status, Span { start: 8, end: 12 }, "command_status", None);
            }
        } else if status != CommandStatus::OK {
            self.report_header(RuleId::HEADER_COMMAND_STATUS_NONZERO_IN_REQUEST, 8, Detail::Status(status));
        }
        let sequence = header.sequence_number.0;
        if sequence == 0 && id != CommandId::GENERIC_NACK {
            self.report_header(RuleId::HEADER_SEQUENCE_NUMBER_ZERO, 12, Detail::Plain);
        } else if sequence > 0x7FFF_FFFF {
            self.report_header(RuleId::HEADER_SEQUENCE_NUMBER_OUT_OF_RANGE, 12, Detail::Value(sequence));
        }
        if id == CommandId::GENERIC_NACK && status == CommandStatus::OK {
            self.report_header(RuleId::HEADER_GENERIC_NACK_STATUS_ZERO, 8, Detail::Plain);
        } else if id == CommandId::ENQUIRE_LINK_RESP && status != CommandStatus::OK {
            self.report_header(RuleId::HEADER_ENQUIRE_LINK_RESP_STATUS_NONZERO, 8, Detail::Status(status));
        }
    }

    /// The mandatory fields and TLVs; `None` when nothing more can be judged.
    fn body(&mut self, command: &'static Command, header: Header, mut reader: Reader<'_>) -> Option<()> {
        let failing =
            command.is_response() && !command.body.is_empty() && header.command_status != CommandStatus::OK;
        if command.body.is_empty() {
            // 5.0 §4.8.4.18: congestion_state may be in any response.
            let may_have_tlvs = command.is_response() && self.candidates.contains(Version::V50);
            let tlvs = may_have_tlvs && super::tlvs::are_tlvs(reader.clone());
            if !reader.is_empty() && !tlvs {
                self.report(RuleId::BODY_UNEXPECTED, reader.rest_span(), None, Detail::Plain);
                return None;
            }
        } else if failing {
            if !reader.is_empty() && self.breaks(command.absent_on_error) {
                self.report(RuleId::RESPONSE_BODY_PRESENT_ON_ERROR, reader.rest_span(), None, Detail::Plain);
            }
            self.quiet = true;
        } else if command.is_response() && reader.is_empty() {
            self.report(RuleId::RESPONSE_BODY_ABSENT_ON_SUCCESS, reader.rest_span(), None, Detail::Plain);
            return None;
        }
        if failing && reader.is_empty() {
            return None;
        }
        self.fields(&mut reader, command.body, RuleId::BODY_TRUNCATED).ok()?;
        self.tlvs(command, &mut reader);
        (!failing).then_some(())
    }

    fn fields(
        &mut self,
        reader: &mut Reader<'_>,
        fields: &'static [&'static Field],
        overrun: RuleId,
    ) -> Result<(), Lost> {
        for field in fields {
            let start = reader.at();
            // Most fields are single octets with a value that is allowed, or strings that are NULL, of which no rule
            // says anything: they go without the calls.
            if matches!(field.kind, Kind::U8)
                && let Some(octet) = reader.u8()
            {
                let (value, span) = (u32::from(octet), reader.since(start));
                self.visitor.field(field, Value::Integer(value), span);
                let mut doubtful = false;
                if let Some(slot) = field.slot {
                    self.facts.keep_integer(slot, value, start);
                    doubtful = WITH_RANGES & slot.bit() != 0;
                }
                if let Some(values) = field.values {
                    doubtful |= values.allowed_octet(octet).and(self.candidates).is_empty()
                        || field.values_from_smsc.is_some();
                }
                if doubtful {
                    self.number(field, value, span);
                }
            } else if matches!(field.kind, Kind::CString { .. } | Kind::Time(_)) && reader.nul() {
                self.keep_span(field, Span { start, end: start });
                self.visitor.field(field, Value::Text(&[]), reader.since(start));
            } else if let Kind::CString { max, charset_v33 } = field.kind {
                self.string(reader, field, max, charset_v33, overrun)?;
            } else {
                self.field(reader, field, overrun)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn number_found(&mut self, field: &'static Field, value: u32, span: Span) {
        self.visitor.field(field, Value::Integer(value), span);
        if let Some(slot) = field.slot {
            self.facts.keep_integer(slot, value, span.start);
        }
        self.number(field, value, span);
    }

    fn field(&mut self, reader: &mut Reader<'_>, field: &'static Field, overrun: RuleId) -> Result<(), Lost> {
        let start = reader.at();
        let integer = match &field.kind {
            Kind::U8 => reader.u8().map(u32::from),
            Kind::U16 => reader.u16().map(u32::from),
            Kind::U32 => reader.u32(),
            Kind::CString { max, charset_v33 } => {
                return self.string(reader, field, *max, *charset_v33, overrun);
            }
            Kind::Time(of) => return self.time(reader, field, *of, overrun),
            Kind::Octets { length } => return self.octets(reader, field, length),
            Kind::Rest => {
                let octets = reader.all();
                self.visitor.field(field, Value::Octets(octets), reader.since(start));
                return Ok(());
            }
            Kind::List { count, item, overrun } => return self.list(reader, field, count, item, *overrun),
            Kind::OneOf { flag, cases, invalid } => {
                self.field(reader, flag, overrun)?;
                let flag_span = reader.since(start);
                let value = super::reader::slice(self.pdu, flag_span);
                return match cases.iter().find(|(case, _)| value == [*case]) {
                    Some((_, fields)) => self.fields(reader, fields, overrun),
                    None => {
                        let value = value.first().copied().map_or(0, u32::from);
                        self.report(*invalid, flag_span, Some(flag), Detail::Value(value));
                        Err(Lost)
                    }
                };
            }
        };
        let Some(value) = integer else { return self.cut(reader, field, overrun) };
        self.number_found(field, value, reader.since(start));
        Ok(())
    }

    /// Judges the value of an integer.
    #[inline(never)]
    fn number(&mut self, field: &'static Field, value: u32, span: Span) {
        if let Some(values) = field.values {
            self.of_table(field, values, value, span);
        }
        if field.slot.is_some_and(|slot| WITH_RANGES & slot.bit() != 0) {
            self.range(field, value, span);
        }
    }

    /// Judges the value of an integer that has a table.
    fn of_table(&mut self, field: &'static Field, values: &'static Values, value: u32, span: Span) {
        let mut allowed = values.allowed(value);
        if let Some(from_smsc) = field.values_from_smsc {
            allowed = match self.from {
                Some(Role::Esme) => allowed,
                Some(Role::Smsc) => from_smsc.allowed(value),
                None => Versions(allowed.0 | from_smsc.allowed(value).0),
            };
        }
        if allowed.and(self.candidates).is_empty()
            && let Some(rule) = values.rule
        {
            self.report(rule, span, Some(field), Detail::Value(value));
        }
    }

    /// Judges the numbers [`WITH_RANGES`].
    fn range(&mut self, field: &'static Field, value: u32, span: Span) {
        match field.slot {
            Some(Slot::EsmClass) if value != 0 && std::ptr::eq(field, &raw const fields::ESM_CLASS) => {
                self.report(RuleId::FIELD_ESM_CLASS_NONZERO_V33, span, Some(field), Detail::Value(value));
                if value & 3 == 2 {
                    let rule = RuleId::FIELD_ESM_CLASS_TRANSACTION_MODE_IN_SUBMIT;
                    self.report(rule, span, Some(field), Detail::Value(value));
                }
            }
            Some(Slot::SmLength) if value > 160 => {
                let detail = Detail::AtMost { found: value, most: 160 };
                self.report(RuleId::FIELD_SM_LENGTH_OVER_160_V33, span, Some(field), detail);
                if value > 254 {
                    let detail = Detail::AtMost { found: value, most: 254 };
                    self.report(RuleId::FIELD_SM_LENGTH_OVER_254, span, Some(field), detail);
                }
            }
            Some(Slot::NumberOfDests) => {
                let submit = self.facts.command.is_some_and(|command| command.id == CommandId::SUBMIT_MULTI);
                if submit && (value == 0 || value > 254 && self.version == Some(Version::V34)) {
                    let detail = Detail::AtMost { found: value, most: 254 };
                    self.report(RuleId::FIELD_NUMBER_OF_DESTS_RANGE, span, Some(field), detail);
                }
            }
            Some(Slot::NumMessages) if !(1..=100).contains(&value) => {
                self.report(
                    RuleId::FIELD_QUERY_LAST_MSGS_NUM_MESSAGES,
                    span,
                    Some(field),
                    Detail::Value(value),
                );
            }
            Some(Slot::ErrorStatusCode) if value == 0 => {
                self.report(RuleId::FIELD_UNSUCCESS_SME_STATUS_ZERO, span, Some(field), Detail::Plain);
            }
            Some(Slot::ErrorStatusCode) => self.status(CommandStatus(value), span, field.name, Some(field)),
            _ => {}
        }
    }

    fn string(
        &mut self,
        reader: &mut Reader<'_>,
        field: &'static Field,
        max: [u16; 3],
        charset_v33: Charset,
        overrun: RuleId,
    ) -> Result<(), Lost> {
        let (octets, span) = self.characters(reader, field, overrun)?;
        let [v33, v34, v50] = max;
        let most = match self.layout {
            Version::V33 => v33,
            Version::V34 => v34,
            Version::V50 => v50,
        };
        let found = span.end.saturating_sub(span.start);
        if found > u32::from(most) {
            let detail = Detail::AtMost { found, most: u32::from(most) };
            self.report(RuleId::CSTRING_TOO_LONG, span, Some(field), detail);
        }
        if self.layout == Version::V33 && charset_v33 != Charset::Any {
            self.digits(field, octets, span, charset_v33);
        }
        if field.slot == Some(Slot::ServiceType) && !octets.is_empty() {
            self.service_type(field, octets, span);
        }
        Ok(())
    }

    /// A C-Octet String up to its NUL: its characters, and its span with the NUL.
    #[inline]
    fn characters<'r>(
        &mut self,
        reader: &mut Reader<'r>,
        field: &'static Field,
        overrun: RuleId,
    ) -> Result<(&'r [u8], Span), Lost> {
        let start = reader.at();
        let Some(characters) = reader.until_nul() else {
            if reader.is_empty() {
                return self.cut(reader, field, overrun).map(|()| (&[][..], reader.since(start)));
            }
            let octets = reader.all();
            let span = reader.since(start);
            self.keep_span(field, span);
            self.visitor.field(field, Value::Text(octets), span);
            self.report(RuleId::CSTRING_UNTERMINATED, span, Some(field), Detail::Plain);
            return Err(Lost);
        };
        let span = reader.since(start);
        self.keep_span(field, Span { start, end: span.end.saturating_sub(1) });
        self.visitor.field(field, Value::Text(characters.octets), span);
        if !characters.printable {
            self.report(RuleId::CSTRING_NON_ASCII, span, Some(field), Detail::Plain);
        }
        Ok((characters.octets, span))
    }

    #[cold]
    fn digits(&mut self, field: &'static Field, octets: &[u8], span: Span, charset: Charset) {
        let (rule, fits) = match charset {
            Charset::Any => return,
            Charset::Decimal => (RuleId::CSTRING_NOT_DECIMAL, octets.iter().all(u8::is_ascii_digit)),
            Charset::Hex => {
                let mut digits = octets.iter().skip_while(|octet| **octet == b' ');
                (RuleId::CSTRING_NOT_HEX, digits.all(u8::is_ascii_hexdigit))
            }
        };
        if !fits {
            self.report(rule, span, Some(field), Detail::Plain);
        }
    }

    fn service_type(&mut self, field: &'static Field, octets: &[u8], span: Span) {
        let versions =
            SERVICE_TYPES.iter().find(|(name, _, _)| name.as_bytes() == octets).map(|(_, _, v)| *v);
        if versions.unwrap_or(Versions::NONE).and(self.candidates).is_empty() {
            self.report(RuleId::FIELD_SERVICE_TYPE_UNKNOWN, span, Some(field), Detail::Plain);
        }
    }

    fn time(
        &mut self,
        reader: &mut Reader<'_>,
        field: &'static Field,
        of: TimeUse,
        overrun: RuleId,
    ) -> Result<(), Lost> {
        let (octets, span) = self.characters(reader, field, overrun)?;
        if octets.is_empty() || of == TimeUse::UnusedIn34 && self.version == Some(Version::V34) {
            return Ok(());
        }
        let found = span.end.saturating_sub(span.start);
        let local = of == TimeUse::Reported && self.version != Some(Version::V50);
        if found == 17 || found == 13 && local {
            self.moment(field, of, octets, span);
        } else {
            self.report(RuleId::FIELD_TIME_LENGTH, span, Some(field), Detail::Value(found));
        }
        Ok(())
    }

    /// Judges the characters of a time of the right length.
    pub(super) fn moment(&mut self, field: &'static Field, of: TimeUse, octets: &[u8], span: Span) {
        match Moment::parse(octets) {
            None => self.report(RuleId::FIELD_TIME_MALFORMED, span, Some(field), Detail::Plain),
            Some(Moment::Relative(_)) if of == TimeUse::Reported || self.version == Some(Version::V33) => {
                self.report(RuleId::FIELD_TIME_RELATIVE_NOT_ALLOWED, span, Some(field), Detail::Plain);
            }
            Some(_) => {}
        }
    }

    fn octets(
        &mut self,
        reader: &mut Reader<'_>,
        field: &'static Field,
        length: &'static Field,
    ) -> Result<(), Lost> {
        let start = reader.at();
        let stated = length.slot.and_then(|slot| self.facts.integer(slot)).unwrap_or(0);
        let left = reader.left();
        let whole = reader.take(stated);
        let octets = whole.unwrap_or_else(|| reader.all());
        let span = reader.since(start);
        self.keep_span(field, span);
        self.visitor.field(field, Value::Octets(octets), span);
        if whole.is_some() {
            return Ok(());
        }
        self.report(RuleId::FIELD_SM_LENGTH_OVERRUN, span, Some(length), Detail::Beyond { stated, left });
        Err(Lost)
    }

    fn list(
        &mut self,
        reader: &mut Reader<'_>,
        field: &'static Field,
        count: &'static Field,
        item: &'static [&'static Field],
        overrun: RuleId,
    ) -> Result<(), Lost> {
        let start = reader.at();
        let count = count.slot.and_then(|slot| self.facts.integer(slot)).unwrap_or(0);
        self.visitor.list(field, count);
        for index in 0..count {
            self.visitor.item(field, index);
            self.fields(reader, item, overrun)?;
        }
        self.facts.keep_span(Slot::List, reader.since(start));
        self.visitor.list_end(field, reader.since(start));
        Ok(())
    }

    /// Reports that the body ends before or within a field.
    #[cold]
    fn cut(&mut self, reader: &Reader<'_>, field: &'static Field, overrun: RuleId) -> Result<(), Lost> {
        self.report(overrun, reader.rest_span(), Some(field), Detail::Plain);
        Err(Lost)
    }

    /// Judges a status other than success.
    #[cold]
    pub(super) fn status(
        &mut self,
        status: CommandStatus,
        span: Span,
        name: &'static str,
        field: Option<&'static Field>,
    ) {
        let rule = if is_vendor_status(status) {
            RuleId::HEADER_COMMAND_STATUS_VENDOR
        } else {
            let versions = spec::status(status).map_or(Versions::NONE, |row| row.versions);
            if !versions.and(self.candidates).is_empty() {
                return;
            }
            RuleId::HEADER_COMMAND_STATUS_RESERVED
        };
        let clause = field.and_then(|field| self.clause(field));
        self.emit(Finding { rule, span, field: Some(name), detail: Detail::Status(status), clause });
    }

    /// Whether the session breaks something that holds in `versions` only.
    pub(super) fn breaks(&self, versions: Versions) -> bool {
        match self.version {
            Some(version) => versions.contains(version),
            None => versions.and(Versions::SINCE_34) == Versions::SINCE_34,
        }
    }

    fn keep_span(&mut self, field: &'static Field, span: Span) {
        if let Some(slot) = field.slot {
            self.facts.keep_span(slot, span);
        }
    }

    #[cold]
    fn report_header(&mut self, rule: RuleId, start: u32, detail: Detail) {
        let name = match start {
            4 => "command_id",
            8 => "command_status",
            _ => "sequence_number",
        };
        let span = Span { start, end: start.saturating_add(4) };
        self.emit(Finding { rule, span, field: Some(name), detail, clause: None });
    }

    #[cold]
    pub(super) fn report(&mut self, rule: RuleId, span: Span, field: Option<&'static Field>, detail: Detail) {
        let clause = field.and_then(|field| self.clause(field));
        self.emit(Finding { rule, span, field: field.map(|field| field.name), detail, clause });
    }

    /// Hands a finding to the visitor, if its rule holds in the version of the session.
    #[cold]
    pub(super) fn emit(&mut self, finding: Finding) {
        let rule = finding.rule.rule();
        let versions = rule.versions.iter().fold(0, |all, version| all | Versions::only(*version).0);
        if self.quiet || !self.breaks(Versions(versions)) {
            return;
        }
        match rule.severity {
            Severity::Error => self.facts.errors = self.facts.errors.saturating_add(1),
            Severity::Warning => self.facts.warnings = self.facts.warnings.saturating_add(1),
            Severity::Note => self.facts.notes = self.facts.notes.saturating_add(1),
        }
        self.visitor.finding(finding);
    }

    fn clause(&self, field: &'static Field) -> Option<Clause> {
        let (version, section) = field.section.of(self.layout);
        (!section.is_empty()).then_some(Clause { version, section })
    }
}
