//! The test SMSC over real sockets, in this process, and as the command.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration as Span;

use smpp_inspect::smpp::{CommandId, CommandStatus, Header};
use smpp_inspect::smsc::Options;
use smpp_inspect::smsc::server::{Server, Settings};

fn pdu(id: CommandId, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
    for word in [id.0, 0, sequence] {
        octets.extend(word.to_be_bytes());
    }
    octets.extend_from_slice(body);
    octets
}

fn bind() -> Vec<u8> {
    pdu(CommandId::BIND_TRANSCEIVER, 1, b"acme\0secret\0\0\x34\0\0\0")
}

fn submit(sequence: u32) -> Vec<u8> {
    let body = b"\0\x01\x0112345\0\x01\x01447700900001\0\0\0\0\0\0\x01\0\0\0\x05hello";
    pdu(CommandId::SUBMIT_SM, sequence, body)
}

fn read(stream: &mut impl Read) -> (Header, Vec<u8>) {
    let mut octets = vec![0; 16];
    stream.read_exact(&mut octets).unwrap();
    let header = Header::parse(&octets).unwrap();
    octets.resize(usize::try_from(header.command_length).unwrap(), 0);
    stream.read_exact(&mut octets[16..]).unwrap();
    (header, octets)
}

fn connect(address: std::net::SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Span::from_secs(20))).unwrap();
    stream
}

/// Binds, submits, gets the receipt and answers it.
fn converse(stream: &mut (impl Read + Write)) {
    stream.write_all(&bind()).unwrap();
    assert_eq!(read(stream).0.command_id, CommandId::BIND_TRANSCEIVER_RESP);
    stream.write_all(&submit(2)).unwrap();
    let (header, _) = read(stream);
    assert_eq!((header.command_id, header.command_status), (CommandId::SUBMIT_SM_RESP, CommandStatus::OK));
    let (header, octets) = read(stream);
    assert_eq!(header.command_id, CommandId::DELIVER_SM);
    assert!(octets.windows(12).any(|window| window == b"stat:DELIVRD"));
    stream.write_all(&pdu(CommandId::DELIVER_SM_RESP, header.sequence_number.0, b"\0")).unwrap();
}

fn quick() -> Settings {
    let options = Options { receipt_delay: "50ms".parse().unwrap(), ..Options::default() };
    Settings { options, ..Settings::default() }
}

#[test]
fn a_test_can_start_it_bind_submit_and_get_a_receipt() {
    let server = Server::start(quick()).unwrap();
    let mut stream = connect(server.address());
    converse(&mut stream);
    stream.write_all(&pdu(CommandId::UNBIND, 3, b"")).unwrap();
    assert_eq!(read(&mut stream).0.command_id, CommandId::UNBIND_RESP);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the connection is closed");
    let counters = server.stop();
    assert_eq!((counters.accepted, counters.receipts_acknowledged, counters.violations), (1, 1, 0));
    assert_eq!(counters.open, 0);
}

#[test]
fn stopping_unbinds_those_who_are_bound() {
    let server = Server::start(quick()).unwrap();
    let mut stream = connect(server.address());
    converse(&mut stream);
    let client = std::thread::spawn(move || {
        let (header, _) = read(&mut stream);
        assert_eq!(header.command_id, CommandId::UNBIND);
        stream.write_all(&pdu(CommandId::UNBIND_RESP, header.sequence_number.0, b"")).unwrap();
        stream.read(&mut [0]).unwrap()
    });
    assert_eq!(server.stop().open, 0);
    assert_eq!(client.join().unwrap(), 0);
}

#[test]
fn a_reset_is_seen_as_a_reset() {
    let mut settings = quick();
    settings.options.faults = "rst".parse().unwrap();
    let server = Server::start(settings).unwrap();
    let mut stream = connect(server.address());
    stream.write_all(&bind()).unwrap();
    assert_eq!(read(&mut stream).0.command_id, CommandId::BIND_TRANSCEIVER_RESP);
    stream.write_all(&submit(2)).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn more_connections_than_may_be_are_refused() {
    let mut settings = quick();
    settings.options.max_connections = 1;
    let server = Server::start(settings).unwrap();
    let mut first = connect(server.address());
    converse(&mut first);
    let mut second = connect(server.address());
    let _ = second.write_all(&bind());
    assert!(matches!(second.read(&mut [0]), Ok(0) | Err(_)));
    assert_eq!(server.counters().connections_refused, 1);
}

#[test]
fn an_outbind_makes_an_esme_bind() {
    let esme = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings { outbind: vec![esme.local_addr().unwrap()], ..quick() };
    let server = Server::start(settings).unwrap();
    let (mut stream, _) = esme.accept().unwrap();
    assert_eq!(read(&mut stream).0.command_id, CommandId::OUTBIND);
    converse(&mut stream);
    assert_eq!(server.counters().bound, 1);
}

#[test]
fn the_log_tells_everything_in_order() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = Arc::clone(&told);
    let settings =
        Settings { log: Some(Box::new(move |events| teller.lock().unwrap().extend(events))), ..quick() };
    let server = Server::start(settings).unwrap();
    converse(&mut connect(server.address()));
    let _ = server.stop();
    let types: Vec<String> = told
        .lock()
        .unwrap()
        .iter()
        .map(|event| serde_json::to_value(event).unwrap()["event_type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types[..5], ["connected", "request", "bound", "request", "delivery"]);
    assert!(types.contains(&"closed".to_owned()));
}

/// The command, with the address that it listens on.
fn command(arguments: &[&str]) -> (std::process::Child, BufReader<std::process::ChildStderr>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["smsc", "--listen", "127.0.0.1:0", "--receipt-delay", "50ms"])
        .args(arguments)
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.trim_end().rsplit(' ').next().unwrap().to_owned();
    (child, stderr, address)
}

/// The report of our own analyzer on a capture.
fn report(path: &std::path::Path) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"))
        .args(["--format", "json", "--port", "1-65535"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_capture_is_read_without_a_complaint_and_has_every_pdu() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pcapng");
    let (mut child, _stderr, address) = command(&["--duration", "6s", "--capture", path.to_str().unwrap()]);
    let mut stream = connect(address.parse().unwrap());
    converse(&mut stream);
    stream.write_all(&pdu(CommandId::UNBIND, 3, b"")).unwrap();
    assert_eq!(read(&mut stream).0.command_id, CommandId::UNBIND_RESP);
    drop(stream);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut summary = String::new();
    child.stdout.take().unwrap().read_to_string(&mut summary).unwrap();
    assert!(summary.contains("receipts acknowledged"), "{summary}");
    let report = report(&path);
    assert_eq!(report["pdus"]["total"], 8);
    assert_eq!((&report["pdus"]["with_errors"], &report["pdus"]["with_warnings"]), (&0.into(), &0.into()));
    assert_eq!(report["sessions"][0]["end"], "unbind");
    assert_eq!(report["tcp"]["gaps"], 0);
    assert_eq!(report["tcp"]["retransmitted"], 0);
    assert_eq!(report["octets"]["skipped"], 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_unbinds_everybody_and_says_what_was_done() {
    let (mut child, _stderr, address) = command(&[]);
    let mut stream = connect(address.parse().unwrap());
    converse(&mut stream);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let (header, _) = read(&mut stream);
    assert_eq!(header.command_id, CommandId::UNBIND);
    stream.write_all(&pdu(CommandId::UNBIND_RESP, header.sequence_number.0, b"")).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut summary = String::new();
    child.stdout.take().unwrap().read_to_string(&mut summary).unwrap();
    assert!(
        summary.lines().any(|line| line.starts_with("messages accepted") && line.ends_with(" 1")),
        "{summary}"
    );
}

#[test]
fn tls_is_spoken_and_its_secrets_are_in_the_capture() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let [cert, key, capture] =
        ["cert.pem", "key.pem", "out.pcapng"].map(|name| file(name).to_str().unwrap().to_owned());
    let arguments = ["--tls-cert", &cert, "--tls-key", &key, "--capture", &capture, "--duration", "4s"];
    let (mut child, _stderr, address) = command(&arguments);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, connect(address.parse().unwrap()));
    converse(&mut stream);
    drop(stream);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    #[expect(
        clippy::disallowed_methods,
        reason = "the rule is for the path of the data; tests read their files"
    )]
    let octets = std::fs::read(&capture).unwrap();
    let has = |text: &[u8]| octets.windows(text.len()).any(|window| window == text);
    assert!(has(b"KSLT") && has(b"SERVER_TRAFFIC_SECRET_0 "));
    assert!(!has(b"acme"), "the wire has no plain text");
}
