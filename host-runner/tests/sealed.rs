//! `aicf payload`: what a requester seals for a provider, the provider opens and nobody else.

mod support;

use support::Place;

#[test]
fn a_sealed_payload_is_opened_by_its_provider_only() {
    let place = Place::new("native");
    let passphrase = place.write("passphrase", "correct horse battery\n");
    let path = |name: &str| place.path(name).display().to_string();
    let generate = |name: &str, scheme: &str| {
        let line = [
            "key",
            "generate",
            &path(name),
            "--scheme",
            scheme,
            "--passphrase-file",
            &passphrase,
        ];
        place.json(&line)["public_key"].as_str().unwrap().to_owned()
    };
    let public = generate("provider.key", "ml-kem-768");
    generate("other.key", "ml-kem-768");
    generate("signing.key", "ml-dsa-65");
    let prompt = place.write("prompt.json", r#"{"prompt": "only for you"}"#);
    // A key file and its public key in hex are the same receiver.
    for to in [path("provider.key"), public] {
        let sealed = path("sealed");
        place.ok(&["payload", "seal", &prompt, "--to", &to, "--out", &sealed]);
        let bytes = std::fs::read(&sealed).unwrap();
        assert!(
            !bytes.windows(8).any(|part| part == b"only for"),
            "nothing shows through"
        );
        let open = |key: &str, from: &str| {
            place.run(&[
                "payload",
                "open",
                from,
                "--key",
                &path(key),
                "--out",
                &path("opened"),
                "--passphrase-file",
                &passphrase,
                "--json",
            ])
        };
        assert_eq!(open("provider.key", &sealed).code, 0);
        assert_eq!(
            std::fs::read(place.path("opened")).unwrap(),
            std::fs::read(place.path("prompt.json")).unwrap()
        );
        std::fs::remove_file(place.path("opened")).unwrap();
        for (key, from) in [
            ("other.key", &sealed),
            ("signing.key", &sealed),
            ("provider.key", &prompt),
        ] {
            let refused = open(key, from);
            assert_eq!((refused.code, refused.error().0.as_str()), (1, "bad_key"), "{key}");
            assert!(!place.path("opened").exists());
        }
    }
    let seal = [
        "payload",
        "seal",
        &prompt,
        "--to",
        &path("signing.key"),
        "--out",
        &path("x"),
        "--json",
    ];
    let refused = place.run(&seal);
    assert!(
        refused.err.contains("--scheme ml-kem-768"),
        "it says what to do: {}",
        refused.err
    );
    // A key for payloads signs nothing.
    let sign = [
        "key",
        "sign",
        &path("provider.key"),
        "--message",
        "0x",
        "--passphrase-file",
        &passphrase,
        "--json",
    ];
    assert_eq!(place.run(&sign).error().0, "bad_key");
}
