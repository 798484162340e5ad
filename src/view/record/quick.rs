//! PDUs as lines of JSON, written while they are read: the same octets as their document gives.

use super::ink::{self, Clock};
use super::message::{Keys, Number, Parts, read};
use super::model::{Document, Part, SCHEMA, Text};
use super::{Options, known, write_line};
use crate::report::record::{Record, ShownPdu, Stamp};
use crate::smpp::{self, CommandId, CommandStatus, Header, Role, TlvTag, spec};
use crate::time::Timestamp;

/// Writes PDUs.
#[derive(Debug, Default)]
pub(super) struct Quick {
    options: Options,
    clock: Clock,
    /// The last file that was named, and its name as JSON.
    file: Option<(String, Vec<u8>)>,
    fields: Items,
    tlvs: Items,
}

/// The items of an array.
#[derive(Debug, Default)]
struct Items(Vec<u8>);

impl Quick {
    /// Showing what `options` say.
    pub(super) fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// What all PDUs that one end sends in a session have: `common` has it and nothing else.
    pub(super) fn stamp(common: &Document) -> Stamp {
        let flow = common.flow_id.as_deref().unwrap_or_default();
        let mut line = Vec::new();
        // Writing to memory cannot fail.
        let _ = write_line(common, &mut line);
        let line = String::from_utf8_lossy(&line);
        let keys = line.trim_end().strip_suffix('}').and_then(|line| line.split_once(EVENT_TYPE));
        let keys = keys.map(|(_, keys)| keys).unwrap_or_default();
        Stamp {
            head: format!("{{\"schema\":\"{SCHEMA}\",\"id\":\"{flow}-p").into_bytes(),
            keys: format!("{EVENT_TYPE}{keys},\"pcap\":{{").into_bytes(),
        }
    }

    /// Appends a PDU as a line.
    pub(super) fn pdu(&mut self, pdu: &ShownPdu<'_>, out: &mut Vec<u8>) {
        let Some(header) = Header::parse(&pdu.octets) else {
            // The framer hands out nothing shorter.
            let mut documents = super::Documents::new(self.options);
            let _ = write_line(&documents.of(&Record::Pdu(Box::new(pdu.record()))), out);
            return;
        };
        let Self { options, clock, file, fields, tlvs } = self;
        fields.0.clear();
        tlvs.0.clear();
        let keys = read(
            &pdu.octets,
            pdu.context,
            pdu.default_charset,
            pdu.text_token.as_deref(),
            options,
            &mut Both { fields, tlvs },
        );
        let at = known(Some(pdu.at));
        out.extend_from_slice(&pdu.stamp.head);
        ink::number(out, pdu.source.port.into());
        out.push(b'-');
        ink::hex_number(out, pdu.place.offset, false);
        out.push(b'-');
        let nanos = at.map_or(0, Timestamp::nanos);
        ink::hex_number(out, u64::from_be_bytes(nanos.to_be_bytes()), true);
        out.extend_from_slice(b"\",");
        if let Some(at) = at {
            out.extend_from_slice(b"\"@timestamp\":");
            clock.time(out, at);
            out.push(b',');
        }
        out.extend_from_slice(&pdu.stamp.keys);
        if let Some(path) = pdu.file {
            if file.as_ref().is_none_or(|(last, _)| last != path) {
                let mut json = b"\"file\":".to_vec();
                ink::text(&mut json, path);
                json.push(b',');
                *file = Some((path.to_owned(), json));
            }
            out.extend_from_slice(file.as_ref().map(|(_, json)| json.as_slice()).unwrap_or_default());
        }
        out.extend_from_slice(b"\"frame\":");
        ink::number(out, pdu.frame);
        out.extend_from_slice(b",\"frames\":[");
        ink::number(out, pdu.frame);
        out.extend_from_slice(b"],\"index\":");
        ink::number(out, pdu.place.index.into());
        out.extend_from_slice(b"},\"pdu\":{\"command\":");
        write_header(out, header);
        if let Some(from) = pdu.from {
            out.extend_from_slice(match from {
                Role::Esme => b",\"from\":\"esme\"",
                Role::Smsc => b",\"from\":\"smsc\"",
            });
        }
        out.extend_from_slice(b",\"octets\":");
        ink::number(out, crate::num::count(pdu.octets.len()));
        out.extend_from_slice(if pdu.partial.is_some() {
            b",\"partial\":true,\"stream_offset\":"
        } else {
            b",\"partial\":false,\"stream_offset\":"
        });
        ink::number(out, pdu.place.offset);
        write_keys(out, &keys);
        out.extend_from_slice(b",\"fields\":[");
        out.extend_from_slice(&fields.0);
        out.extend_from_slice(b"],\"tlvs\":[");
        out.extend_from_slice(&tlvs.0);
        out.extend_from_slice(b"]}}\n");
    }
}

const EVENT_TYPE: &str = "\"event_type\":\"pdu\"";

fn write_header(out: &mut Vec<u8>, header: Header) {
    write_command(out, header.command_id);
    out.extend_from_slice(b",\"command_id\":");
    ink::number(out, header.command_id.0.into());
    out.extend_from_slice(b",\"command_length\":");
    ink::number(out, header.command_length.into());
    out.extend_from_slice(b",\"status\":");
    if header.command_status == CommandStatus::OK {
        out.extend_from_slice(b"{\"code\":0,\"name\":\"ESME_ROK\"}");
    } else {
        out.extend_from_slice(b"{\"code\":");
        ink::number(out, header.command_status.0.into());
        if let Some(name) = header.command_status.name() {
            out.extend_from_slice(b",\"name\":");
            ink::text(out, name);
        }
        out.push(b'}');
    }
    out.extend_from_slice(b",\"sequence_number\":");
    ink::number(out, header.sequence_number.0.into());
}

fn write_command(out: &mut Vec<u8>, command: CommandId) {
    match command.name() {
        Some(name) => {
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.push(b'"');
        }
        None => ink::text(out, &command.to_string()),
    }
}

fn write_keys(out: &mut Vec<u8>, keys: &Keys<'_>) {
    if let Some(id) = keys.message_id {
        out.extend_from_slice(b",\"message_id\":");
        ink::characters(out, id);
    }
    if let Some(address) = keys.source_addr {
        out.extend_from_slice(b",\"source_addr\":");
        write_address(out, address);
    }
    if let Some(address) = keys.destination_addr {
        out.extend_from_slice(b",\"destination_addr\":");
        write_address(out, address);
    }
    if let Some(Part { reference, no, of }) = keys.part {
        out.extend_from_slice(b",\"part\":{\"ref\":");
        ink::number(out, reference.into());
        out.extend_from_slice(b",\"no\":");
        ink::number(out, no.into());
        out.extend_from_slice(b",\"of\":");
        ink::number(out, of.into());
        out.push(b'}');
    }
    if let Some(text) = &keys.text {
        out.extend_from_slice(b",\"text\":{");
        write_text(out, text);
    }
}

fn write_address(out: &mut Vec<u8>, address: Number<'_>) {
    out.extend_from_slice(b"{\"value\":");
    ink::characters(out, address.characters);
    if let Some(ton) = address.ton {
        out.extend_from_slice(b",\"ton\":");
        ink::number(out, ton.into());
    }
    if let Some(npi) = address.npi {
        out.extend_from_slice(b",\"npi\":");
        ink::number(out, npi.into());
    }
    out.push(b'}');
}

fn write_text(out: &mut Vec<u8>, text: &Text) {
    if let Some(text) = &text.text {
        out.extend_from_slice(b"\"text\":");
        ink::text(out, text);
        out.push(b',');
    }
    out.extend_from_slice(b"\"charset\":");
    ink::text(out, &text.charset);
    out.extend_from_slice(b",\"why\":");
    ink::text(out, &text.why);
    out.extend_from_slice(b",\"octets\":");
    ink::number(out, text.octets.into());
    if let Some(length) = text.length {
        out.extend_from_slice(b",\"length\":");
        ink::number(out, length.into());
    }
    if let Some(token) = &text.token {
        out.extend_from_slice(b",\"token\":");
        ink::text(out, token);
    }
    out.push(b'}');
}

/// Where fields and TLVs are written until it is known what stands before them.
struct Both<'a> {
    fields: &'a mut Items,
    tlvs: &'a mut Items,
}

impl Parts for Both<'_> {
    #[inline]
    fn field(
        &mut self,
        item: Option<(&'static str, u32)>,
        name: &'static str,
        value: Option<smpp::Value<'_>>,
    ) {
        let Items(out) = &mut self.fields;
        out.extend_from_slice(if out.is_empty() { b"{\"name\":\"".as_slice() } else { b",{\"name\":\"" });
        if let Some((list, item)) = item {
            out.extend_from_slice(list.as_bytes());
            out.push(b'[');
            ink::number(out, item.into());
            out.extend_from_slice(b"].");
        }
        out.extend_from_slice(name.as_bytes());
        match value {
            None => out.extend_from_slice(b"\"}"),
            Some(value) => {
                out.extend_from_slice(b"\",\"value\":");
                write_value(out, value);
                out.push(b'}');
            }
        }
    }

    fn tlv(
        &mut self,
        tag: TlvTag,
        known: Option<&'static spec::Tlv>,
        octets: &[u8],
        value: Option<smpp::Value<'_>>,
    ) {
        let Items(out) = &mut self.tlvs;
        out.extend_from_slice(if out.is_empty() { b"{\"tag\":".as_slice() } else { b",{\"tag\":" });
        ink::number(out, tag.0.into());
        if let Some(known) = known {
            out.extend_from_slice(b",\"name\":");
            ink::text(out, known.name());
        }
        out.extend_from_slice(b",\"length\":");
        ink::number(out, crate::num::count(octets.len()));
        if let Some(value) = value {
            out.extend_from_slice(b",\"value\":");
            write_value(out, value);
            out.extend_from_slice(b",\"hex\":");
            ink::hex(out, octets);
        }
        out.push(b'}');
    }
}

#[inline]
fn write_value(out: &mut Vec<u8>, value: smpp::Value<'_>) {
    match value {
        smpp::Value::Integer(n) => ink::number(out, n.into()),
        smpp::Value::Text(octets) => ink::characters(out, octets),
        smpp::Value::Octets(octets) => ink::hex(out, octets),
    }
}
