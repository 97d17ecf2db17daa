//! A secret key in a file: JSON whose secret is sealed with XChaCha20-Poly1305 under a key that Argon2id makes of a
//! passphrase (RFC 9106 §4, second recommendation, as OWASP scales it). The scheme and the public key are
//! authenticated, so that neither can be exchanged without the passphrase.

use super::{Kem, KeyScheme, SealingKey, SecretKey, failed};
use crate::error::Result;
use aicf_core::codec::hex;
use aicf_core::hash::tags;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// Shorter ones are refused.
pub const PASSPHRASE_BYTES_MIN: usize = 12;

/// Of a key file, far above the largest.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// What a passphrase costs whoever guesses it. Files name their own cost, within these bounds.
const MEMORY_KIB: u32 = 19 << 10;
const MEMORY_KIB_MAX: u32 = 1 << 20;
const PASSES: u32 = 2;
const PASSES_MAX: u32 = 16;

/// A key as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    version: u32,
    scheme: KeyScheme,
    public_key: String,
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    cipher: String,
    nonce: String,
    secret: String,
}

const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20-poly1305";

fn read_hex(text: &str, what: &str) -> Result<Vec<u8>> {
    hex::read(text).ok_or_else(|| failed(&format!("`{what}` of the key file is no hex")))
}

impl KeyFile {
    /// A signing key under a passphrase.
    ///
    /// # Errors
    /// A passphrase that is too short.
    pub fn seal(key: &SecretKey, passphrase: &[u8]) -> Result<Self> {
        Self::lock(KeyScheme::Signing(key.scheme), &key.public_key, &key.secret, passphrase)
    }

    /// A sealing key under a passphrase.
    ///
    /// # Errors
    /// As [`KeyFile::seal`].
    pub fn seal_sealing(key: &SealingKey, passphrase: &[u8]) -> Result<Self> {
        Self::lock(
            KeyScheme::Sealing(Kem::MlKem768),
            &key.public_key()?,
            key.seed(),
            passphrase,
        )
    }

    fn lock(scheme: KeyScheme, public_key: &[u8], secret: &[u8], passphrase: &[u8]) -> Result<Self> {
        if passphrase.len() < PASSPHRASE_BYTES_MIN {
            let text = format!("a passphrase has at least {PASSPHRASE_BYTES_MIN} bytes");
            return Err(failed(&text));
        }
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        for place in [&mut salt[..], &mut nonce[..]] {
            getrandom::fill(place).map_err(|_| failed("the operating system gives no randomness"))?;
        }
        let mut file = Self {
            version: 1,
            scheme,
            public_key: hex::text(public_key),
            kdf: KDF.into(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: hex::text(&salt),
            cipher: CIPHER.into(),
            nonce: hex::text(&nonce),
            secret: String::new(),
        };
        let bound = file.bound();
        let payload = Payload {
            msg: secret,
            aad: bound.as_bytes(),
        };
        let sealed = file.cipher(passphrase)?.encrypt(XNonce::from_slice(&nonce), payload);
        file.secret = hex::text(&sealed.map_err(|_| failed("the key cannot be sealed"))?);
        Ok(file)
    }

    /// The signing key, if this is its passphrase.
    ///
    /// # Errors
    /// A key that is for sealing; another passphrase, or a changed file: which of them cannot be told.
    pub fn open(&self, passphrase: &[u8]) -> Result<SecretKey> {
        let KeyScheme::Signing(scheme) = self.scheme else {
            return Err(failed("payloads are sealed for this key: it does not sign"));
        };
        Ok(SecretKey {
            scheme,
            public_key: self.public_key()?,
            secret: self.unlock(passphrase)?,
        })
    }

    /// The sealing key, if this is its passphrase.
    ///
    /// # Errors
    /// As [`KeyFile::open`].
    pub fn open_sealing(&self, passphrase: &[u8]) -> Result<SealingKey> {
        match self.scheme {
            KeyScheme::Sealing(Kem::MlKem768) => SealingKey::from_seed(self.unlock(passphrase)?),
            KeyScheme::Signing(_) => Err(failed(
                "this key signs: `aicf key generate --scheme ml-kem-768` makes one for payloads",
            )),
        }
    }

    fn unlock(&self, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let nonce = read_hex(&self.nonce, "nonce")?;
        if nonce.len() != 24 {
            return Err(failed("the nonce of the key file has another size"));
        }
        let sealed = read_hex(&self.secret, "secret")?;
        let bound = self.bound();
        let payload = Payload {
            msg: &sealed,
            aad: bound.as_bytes(),
        };
        let secret = self
            .cipher(passphrase)?
            .decrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| failed("the passphrase is another one, or the key file was changed"))?;
        Ok(Zeroizing::new(secret))
    }

    /// What the key is for.
    #[must_use]
    pub const fn scheme(&self) -> KeyScheme {
        self.scheme
    }

    /// Its public half.
    ///
    /// # Errors
    /// When it is no hex.
    pub fn public_key(&self) -> Result<Vec<u8>> {
        read_hex(&self.public_key, "public_key")
    }

    /// What is authenticated but not secret.
    fn bound(&self) -> String {
        format!("{} {} {}", tags::KEY_FILE, self.scheme.name(), self.public_key)
    }

    fn cipher(&self, passphrase: &[u8]) -> Result<XChaCha20Poly1305> {
        let known = self.version == 1 && self.kdf == KDF && self.cipher == CIPHER;
        if !known || self.memory_kib > MEMORY_KIB_MAX || self.passes > PASSES_MAX {
            return Err(failed("this key file is of a form that this version does not know"));
        }
        let salt = read_hex(&self.salt, "salt")?;
        let params = Params::new(self.memory_kib, self.passes, 1, Some(32))
            .map_err(|error| failed(&format!("the key file's costs: {error}")))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, &salt, &mut *key)
            .map_err(|error| failed(&format!("the passphrase: {error}")))?;
        Ok(XChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(&*key)))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn load(path: &Path) -> Result<Self> {
        let shown = path.display();
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text))
            .map_err(|error| failed(&format!("{shown}: {error}")))?;
        serde_json::from_str(&text).map_err(|error| failed(&format!("{shown} is no key file: {error}")))
    }

    /// Writes a new key file that only its owner reads. A file that is there stays: a key is lost with it.
    ///
    /// # Errors
    /// When there is a file already, or none can be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let shown = path.display();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(&error.to_string()))?;
        options
            .open(path)
            .and_then(|mut file| writeln!(file, "{text}").and_then(|()| file.sync_all()))
            .map_err(|error| failed(&format!("{shown}: {error}")))
    }
}
