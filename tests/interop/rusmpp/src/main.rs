//! rusmpp as the peer. See ../../run.py for what it is told and what it tells.

use std::collections::HashMap;
use std::error::Error;
use std::str::FromStr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use rusmpp::extra::concatenation::SubmitSmMultipartExt;
use rusmpp::pdus::{BindTransceiver, DeliverSmResp, QuerySm, SubmitSm};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, Npi, RegisteredDelivery, Ton};
use rusmpp::{Command, CommandStatus, Pdu};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_util::codec::Framed;

type Failure = Box<dyn Error>;

struct Peer {
    framed: Framed<TcpStream, CommandCodec>,
    sequence: u32,
    receipts: HashMap<String, String>,
}

impl Peer {
    async fn ask(&mut self, pdu: impl Into<Pdu>) -> Result<Command, Failure> {
        self.sequence += 1;
        self.framed.send(Command::new(CommandStatus::EsmeRok, self.sequence, pdu)).await?;
        loop {
            let command = self.next().await?;
            if command.sequence_number() == self.sequence && u32::from(command.id()) >= 0x8000_0000 {
                return Ok(command);
            }
        }
    }

    /// Takes a PDU, and answers what the SMSC asks.
    async fn next(&mut self) -> Result<Command, Failure> {
        let command = self.framed.next().await.ok_or("connection closed")??;
        let answer: Pdu = match command.pdu() {
            Some(Pdu::DeliverSm(deliver)) => {
                let text = String::from_utf8(deliver.short_message().as_ref().to_vec())?;
                let field = |key: &str| {
                    let from = text.find(key).map(|at| at + key.len());
                    from.and_then(|from| text[from..].split(' ').next()).unwrap_or_default().to_owned()
                };
                self.receipts.insert(field("id:"), field("stat:"));
                DeliverSmResp::default().into()
            }
            Some(Pdu::EnquireLink) => Pdu::EnquireLinkResp,
            _ => return Ok(command),
        };
        let answer = Command::new(CommandStatus::EsmeRok, command.sequence_number(), answer);
        self.framed.send(answer).await?;
        Ok(command)
    }
}

/// The id that a submit_sm_resp gives.
fn id(command: &Command) -> Result<String, Failure> {
    match command.pdu() {
        Some(Pdu::SubmitSmResp(response)) => Ok(response.message_id().to_string()),
        other => Err(format!("no submit_sm_resp: {other:?}").into()),
    }
}

async fn converse(told: &Value) -> Result<Value, Failure> {
    let text = |key: &str| told[key].as_str().unwrap_or_default();
    let port = u16::try_from(told["port"].as_u64().ok_or("port")?)?;
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let framed = Framed::new(stream, CommandCodec::new());
    let mut peer = Peer { framed, sequence: 0, receipts: HashMap::new() };
    let bind = BindTransceiver::builder()
        .system_id(COctetString::from_str(text("system_id"))?)
        .password(COctetString::from_str(text("password"))?)
        .interface_version(InterfaceVersion::Smpp5_0)
        .build();
    let bound = peer.ask(bind).await?.status() == CommandStatus::EsmeRok;
    let message = |destination: &str| -> Result<SubmitSm, Failure> {
        Ok(SubmitSm::builder()
            .source_addr_ton(Ton::International)
            .source_addr_npi(Npi::Isdn)
            .source_addr(COctetString::from_str(text("source"))?)
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(COctetString::from_str(destination)?)
            .esm_class(EsmClass::default())
            .data_coding(DataCoding::default())
            .registered_delivery(RegisteredDelivery::request_all())
            .short_message(OctetString::from_str(text("plain"))?)
            .build())
    };
    let plain = id(&peer.ask(message(text("destination"))?).await?)?;
    let mut long = Vec::new();
    let parts = message(text("destination"))?.multipart(text("long")).reference_u8(42);
    for part in parts.gsm7bit_unpacked().build()? {
        long.push(id(&peer.ask(part).await?)?);
    }
    let mut ucs2 = Vec::new();
    for part in message(text("destination"))?.multipart(text("ucs2")).reference_u8(43).ucs2().build()? {
        ucs2.push(id(&peer.ask(part).await?)?);
    }
    let failed = u32::from(peer.ask(message(text("failing"))?).await?.status());
    // request_all asks for notifications on the way, too.
    while peer.receipts.values().filter(|stat| *stat == "DELIVRD").count() < 5 {
        peer.next().await?;
    }
    let query = QuerySm::new(
        COctetString::from_str(&plain)?,
        Ton::International,
        Npi::Isdn,
        COctetString::from_str(text("source"))?,
    );
    let query = match peer.ask(query).await?.pdu() {
        Some(Pdu::QuerySmResp(response)) => u8::from(response.message_state),
        other => return Err(format!("no query_sm_resp: {other:?}").into()),
    };
    let enquired = peer.ask(Pdu::EnquireLink).await?.status() == CommandStatus::EsmeRok;
    let linger = Duration::from_secs_f64(told["linger"].as_f64().unwrap_or(1.0));
    let _ = tokio::time::timeout(linger, async {
        while peer.next().await.is_ok() {}
    })
    .await;
    let unbound = peer.ask(Pdu::Unbind).await?.status() == CommandStatus::EsmeRok;
    Ok(json!({
        "bound": bound,
        "ids": { "plain": [plain], "long": long, "ucs2": ucs2 },
        "failed": failed,
        "receipts": peer.receipts,
        "query": query,
        "enquired": enquired,
        "unbound": unbound,
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let told: Value = serde_json::from_str(&std::env::args().nth(1).ok_or("one argument is needed")?)?;
    println!("{}", tokio::time::timeout(Duration::from_secs(20), converse(&told)).await??);
    Ok(())
}
