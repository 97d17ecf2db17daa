//! Who is let in: tokens, the local socket, TLS, limits, and what is written down of operators.

use crate::running::{PATIENCE, Running, agent, call, post, provider};
use crate::support::Place;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, NamedGroup, RootCertStore};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

const TOKEN: &str = "0123456789abcdef0123";

#[test]
fn operators_come_by_token_or_by_the_socket_and_are_written_down() {
    let place = Place::new("native");
    place.write("token", TOKEN);
    let node = Running::start(
        &place,
        &[
            "--access-token-file",
            "token",
            "--access-open-writes",
            "never",
            "--rpc-socket",
            "node.sock",
            "--chain-source",
            "none",
        ],
    );
    let register = json!({"provider_id": "p1", "kinds": ["ai"]});
    assert_eq!(node.fails("aicf.registerProvider", register.clone()).0, -32052);
    let wrong = call(
        &node.url(),
        Some("0123456789abcdef0124"),
        "aicf.registerProvider",
        &register,
    )
    .unwrap_err();
    assert_eq!(wrong["code"], -32052);
    call(&node.url(), Some(TOKEN), "aicf.registerProvider", &register).unwrap();
    call(
        &node.url(),
        Some(TOKEN),
        "aicf.setReadOnly",
        &json!({"read_only": true}),
    )
    .unwrap();
    let refused = call(
        &node.url(),
        Some(TOKEN),
        "aicf.stake",
        &json!({"provider_id": "p1", "amount": "5"}),
    )
    .unwrap_err();
    assert_eq!(refused["code"], -32053, "read only is for everybody");
    node.ok("aicf.getProvider", json!({"provider_id": "p1"}));

    let mut socket = UnixStream::connect(place.path("node.sock")).unwrap();
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "aicf.setReadOnly", "params": [false]}).to_string();
    write!(
        socket,
        "POST / HTTP/1.1\r\nhost: node\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""read_only":false"#), "{answer}");
    assert!(node.end("TERM"));

    let audit = std::fs::read_to_string(place.path("aicf.db.audit.jsonl")).unwrap();
    assert!(!audit.contains(TOKEN), "no secret is written down");
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line["method"].as_str().unwrap(), line["from"].as_str().unwrap()))
        .collect();
    assert_eq!(
        seen,
        [
            ("aicf.registerProvider", "127.0.0.1"),
            ("aicf.setReadOnly", "127.0.0.1"),
            ("aicf.setReadOnly", "socket"),
        ]
    );
    assert_eq!(lines[0]["outcome"]["status"], "ok");
}

#[test]
fn a_testnet_takes_signed_writes_only() {
    let place = Place::new("native");
    place.write("passphrase", "correct horse battery");
    let with = |args: &[&str]| {
        let output = place
            .command(args)
            .env("AICF_PASSPHRASE_FILE", "passphrase")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    with(&["key", "generate", "p1.key"]);
    let node = Running::start(
        &place,
        &[
            "--network",
            "testnet",
            "--policy",
            &crate::support::fixture("policy/testnet.yaml"),
        ],
    );
    let register = json!({"provider_id": "p1", "kinds": ["ai"]});
    let (number, code) = node.fails("aicf.registerProvider", register);
    assert_eq!((number, code.as_str()), (-32052, "unauthorized"));
    let key = with(&["key", "show", "p1.key", "--json"]);
    let key: Value = serde_json::from_str(&key).unwrap();
    let head = node.ok("aicf.getStatus", json!({}))["head"].clone();
    let secret = aicf_host::keys::KeyFile::load(&place.path("p1.key"))
        .unwrap()
        .open(b"correct horse battery")
        .unwrap();
    let command: aicf_core::engine::Command = {
        let text = json!({"register": {
            "provider_id": "p1", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": key["public_key"],
        }})
        .to_string();
        let tree = aicf_core::codec::json::parse(text.as_bytes(), 64).unwrap();
        aicf_core::codec::de::from_tree(&tree).unwrap()
    };
    let sign = |nonce| {
        let envelope = aicf_host::keys::Envelope {
            network_id: aicf_host::network::id_of(&head).unwrap(),
            role: aicf_core::engine::entry::Role::Provider,
            signer: aicf_core::value::Text::new("p1").unwrap(),
            nonce,
            expires_height: head["height"].as_u64().unwrap(),
        };
        let aicf_core::engine::Command::Signed(signed) = secret.sign_command(envelope, &command).unwrap() else {
            unreachable!()
        };
        let text = aicf_core::codec::json::to_string(&signed).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    node.ok("aicf.registerProvider", json!({"signed": sign(0)}));
    let (number, code) = node.fails("aicf.registerProvider", json!({"signed": sign(0)}));
    assert_eq!((number, code.as_str()), (-32051, "stale_nonce"), "heard once");
    let (number, code) = node.fails("aicf.heartbeat", json!({"signed": sign(1)}));
    assert_eq!((number, code.as_str()), (-32602, "conflict"), "it is another command");
    node.ok("aicf.submitSigned", json!({"signed": sign(1)}));
    let mut forged = sign(2);
    forged["nonce"] = json!(3);
    assert_eq!(
        node.fails("aicf.submitSigned", json!({"signed": forged})).1,
        "bad_signature"
    );
}

#[test]
fn limits_hold() {
    let place = Place::new("native");
    let node = Running::start(
        &place,
        &[
            "--rpc-body-bytes-max",
            "2048",
            "--rpc-batch-max",
            "3",
            "--rates-per-key-s",
            "5",
            "--chain-source",
            "none",
        ],
    );
    let (status, _) = post(&node.url(), None, &"x".repeat(5_000));
    assert_eq!(status, 413);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "rpc.ping"});
    let (_, answer) = post(&node.url(), None, &json!([ping, ping, ping]).to_string());
    assert_eq!(serde_json::from_str::<Vec<Value>>(&answer).unwrap().len(), 3);
    let (_, answer) = post(&node.url(), None, &json!([ping, ping, ping, ping]).to_string());
    assert_eq!(
        serde_json::from_str::<Value>(&answer).unwrap()["error"]["code"],
        -32010,
        "{answer}"
    );
    provider(&node, "p1");
    let beat = |id: &str| node.call("aicf.heartbeat", &json!({"provider_id": id}));
    let limited = (0..30)
        .filter_map(|_| beat("p1").err())
        .find(|error| error["code"] == -32054);
    assert!(limited.is_some(), "thirty in a moment are too many for five a second");
    let other = beat("p2").unwrap_err();
    assert_eq!(other["data"]["code"], "unknown_provider", "another name has its own");
    let strict = Place::new("native");
    let node = Running::start(&strict, &["--rates-per-address-s", "10", "--chain-source", "none"]);
    let limited = (0..60)
        .filter_map(|_| node.call("rpc.ping", &json!([])).err())
        .find(|error| error["code"] == -32054);
    assert!(limited.is_some());
}

/// Who connects and says nothing takes a place until it is found out; the others get theirs.
#[test]
fn connections_are_counted() {
    let place = Place::new("native");
    let node = Running::start(&place, &["--rpc-connections-max", "3", "--chain-source", "none"]);
    let silent: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(&node.address).unwrap()).collect();
    let mut late = TcpStream::connect(&node.address).unwrap();
    late.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = late.write_all(b"GET /healthz HTTP/1.1\r\nhost: node\r\n\r\n");
    let mut answer = Vec::new();
    let _ = late.read_to_end(&mut answer);
    assert!(answer.is_empty(), "there is no place for a fourth one");
    drop(silent);
    // The places of those who went are free, as soon as the node has noticed.
    let started = std::time::Instant::now();
    while agent().get(format!("{}healthz", node.url())).call().is_err() {
        assert!(started.elapsed() < PATIENCE);
    }
}

#[test]
fn pages_of_others_ask_only_where_they_may() {
    let place = Place::new("native");
    let node = Running::start(
        &place,
        &[
            "--rpc-cors-origins",
            "https://explorer.example",
            "--chain-source",
            "none",
        ],
    );
    let allowed = |origin: &str| {
        let answer = agent()
            .post(node.url())
            .header("origin", origin)
            .header("content-type", "application/json")
            .send("{}")
            .unwrap();
        answer
            .headers()
            .get("access-control-allow-origin")
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(
        allowed("https://explorer.example").as_deref(),
        Some("https://explorer.example")
    );
    assert_eq!(allowed("https://elsewhere.example"), None);
}

/// The port with a certificate: TLS 1.3 with the hybrid key exchange, and nothing in the clear.
#[test]
fn tls_is_spoken_with_the_hybrid_exchange() {
    let place = Place::new("native");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    place.write("cert.pem", made.cert.pem());
    place.write("key.pem", made.signing_key.serialize_pem());
    let node = Running::start(
        &place,
        &[
            "--rpc-tls-certificate",
            "cert.pem",
            "--rpc-tls-key",
            "key.pem",
            "--chain-source",
            "none",
        ],
    );
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(aicf_host::net::crypto()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tls = ClientConnection::new(Arc::new(client), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = TcpStream::connect(&node.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut secure = rustls::Stream::new(&mut tls, &mut stream);
    secure
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // The peer may end without saying so.
    let _ = secure.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
        "{answer}"
    );
    assert_eq!(
        tls.negotiated_key_exchange_group().unwrap().name(),
        NamedGroup::X25519MLKEM768
    );
    assert_eq!(tls.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    let mut clear = TcpStream::connect(&node.address).unwrap();
    clear.set_read_timeout(Some(PATIENCE)).unwrap();
    clear
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let _ = clear.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
}
