//! The layout of quotes (Intel's DCAP ECDSA quote library API, appendix A.3 and A.4): what was signed, by what, and with
//! which certificates. Bytes behind the signature data are passed over: real quotes are padded.

use super::super::cursor::Cursor;
use super::super::{Reason, Step};

const INTEL_QE: [u8; 16] = [
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
];
const ECDSA_P256: u16 = 2;
const TEE_SGX: u32 = 0;
const TEE_TDX: u32 = 0x81;
const HEADER_BYTES: usize = 48;
const ENCLAVE_BYTES: usize = 384;
const TD_BYTES: usize = 584;
/// What a TD's report of version 1.5 has more: the SVNs of now and the service TD.
const TD15_MORE_BYTES: usize = 64;
/// What the extended form of it has more; nothing of it is judged.
const TD15_EXTENDED_MORE_BYTES: usize = 237;
const PCK_CHAIN: u16 = 5;
const QE_REPORT: u16 = 6;

/// An enclave's report.
pub struct Enclave<'a> {
    /// All of it.
    pub raw: &'a [u8; ENCLAVE_BYTES],
}

/// A part of a report whose place the layout fixes; the type of the report makes it fit.
fn part<const AT: usize, const COUNT: usize>(raw: &[u8]) -> &[u8] {
    raw.split_at_checked(AT)
        .and_then(|(_, rest)| rest.split_at_checked(COUNT))
        .map_or(&[], |(part, _)| part)
}

fn number<const AT: usize>(raw: &[u8]) -> u16 {
    part::<AT, 2>(raw).try_into().map_or(0, u16::from_le_bytes)
}

impl<'a> Enclave<'a> {
    pub fn misc_select(&self) -> &'a [u8] {
        part::<16, 4>(self.raw)
    }
    pub fn attributes(&self) -> &'a [u8] {
        part::<48, 16>(self.raw)
    }
    pub fn mr_enclave(&self) -> &'a [u8] {
        part::<64, 32>(self.raw)
    }
    pub fn mr_signer(&self) -> &'a [u8] {
        part::<128, 32>(self.raw)
    }
    pub fn isv_prod_id(&self) -> u16 {
        number::<256>(self.raw)
    }
    pub fn isv_svn(&self) -> u16 {
        number::<258>(self.raw)
    }
    pub fn report_data(&self) -> &'a [u8] {
        part::<320, 64>(self.raw)
    }
    /// Whether a debugger may look into it.
    pub fn debug(&self) -> bool {
        self.attributes().first().is_none_or(|flags| flags & 2 != 0)
    }
}

/// A trust domain's report.
pub struct Td<'a> {
    raw: &'a [u8],
    /// What version 1.5 has more.
    later: Option<&'a [u8]>,
}

impl<'a> Td<'a> {
    pub fn tee_tcb_svn(&self) -> &'a [u8] {
        part::<0, 16>(self.raw)
    }
    pub fn mr_signer_seam(&self) -> &'a [u8] {
        part::<64, 48>(self.raw)
    }
    pub fn seam_attributes(&self) -> &'a [u8] {
        part::<112, 8>(self.raw)
    }
    fn td_attributes(&self) -> u64 {
        part::<120, 8>(self.raw).try_into().map_or(u64::MAX, u64::from_le_bytes)
    }
    fn mr_td(&self) -> &'a [u8] {
        part::<136, 48>(self.raw)
    }
    fn report_data(&self) -> &'a [u8] {
        part::<520, 64>(self.raw)
    }
    /// The SVNs of now, where they may differ from those at the launch.
    pub fn tee_tcb_svn_now(&self) -> Option<&'a [u8]> {
        self.later.map(part::<0, 16>)
    }

    /// The attributes of a TD that may be trusted: nobody looks in, nobody takes it along, no bit is set whose meaning
    /// is not known, and no service TD stands beside it.
    pub fn judge(&self, allow_debug: bool) -> Step {
        const DEBUG: u64 = 1 | 0x70;
        const RESERVED: u64 = 0x0e | 0x07ff_ff80 | 0x3fff_ffff_0000_0000;
        const SEPT_VE_DISABLE: u64 = 1 << 28;
        const MIGRATABLE: u64 = 1 << 29;
        let attributes = self.td_attributes();
        if attributes & DEBUG != 0 && !allow_debug {
            return Err(Reason::DebugEnabled);
        }
        let service = self.later.map_or(&[][..], part::<16, 48>);
        if attributes & (RESERVED | MIGRATABLE) != 0
            || attributes & SEPT_VE_DISABLE == 0
            || service.iter().any(|byte| *byte != 0)
        {
            return Err(Reason::AttributesRefused);
        }
        Ok(())
    }
}

/// What a quote is about.
pub enum Body<'a> {
    Enclave(Enclave<'a>),
    Td(Td<'a>),
}

impl<'a> Body<'a> {
    pub const fn is_td(&self) -> bool {
        matches!(self, Self::Td(_))
    }
    pub fn measurement(&self) -> &'a [u8] {
        match self {
            Self::Enclave(report) => report.mr_enclave(),
            Self::Td(td) => td.mr_td(),
        }
    }
    pub fn report_data(&self) -> &'a [u8] {
        match self {
            Self::Enclave(report) => report.report_data(),
            Self::Td(td) => td.report_data(),
        }
    }
}

/// A quote, read apart.
pub struct Quote<'a> {
    pub body: Body<'a>,
    /// Header and body.
    pub signed: &'a [u8],
    pub signature: &'a [u8],
    pub attestation_key: &'a [u8],
    pub qe_report: Enclave<'a>,
    pub qe_report_signature: &'a [u8],
    pub qe_auth_data: &'a [u8],
    /// The platform's certificates as PEM, where the quote carries them.
    pub certificates: Option<&'a [u8]>,
}

fn enclave<'a>(cursor: &mut Cursor<'a>) -> Step<Enclave<'a>> {
    let raw = cursor
        .take(ENCLAVE_BYTES)?
        .try_into()
        .map_err(|_| Reason::EvidenceMalformed)?;
    Ok(Enclave { raw })
}

fn td<'a>(cursor: &mut Cursor<'a>, more: usize) -> Step<Td<'a>> {
    let raw = cursor.take(TD_BYTES)?;
    let later = (more > 0).then(|| cursor.take(more)).transpose()?;
    Ok(Td { raw, later })
}

fn body<'a>(version: u16, tee: u32, cursor: &mut Cursor<'a>) -> Step<Body<'a>> {
    if version < 5 {
        return match (version, tee) {
            (3 | 4, TEE_SGX) => enclave(cursor).map(Body::Enclave),
            (4, TEE_TDX) => td(cursor, 0).map(Body::Td),
            _ => Err(Reason::EvidenceMalformed),
        };
    }
    let kind = cursor.u16()?;
    let mut inner = Cursor(cursor.long()?);
    let body = match (kind, tee) {
        (1, TEE_SGX) => Body::Enclave(enclave(&mut inner)?),
        (2, TEE_TDX) => Body::Td(td(&mut inner, 0)?),
        (3, TEE_TDX) => Body::Td(td(&mut inner, TD15_MORE_BYTES)?),
        (4, TEE_TDX) => {
            let body = Body::Td(td(&mut inner, TD15_MORE_BYTES)?);
            inner.take(TD15_EXTENDED_MORE_BYTES)?;
            body
        }
        _ => return Err(Reason::EvidenceMalformed),
    };
    inner.0.is_empty().then_some(body).ok_or(Reason::EvidenceMalformed)
}

impl<'a> Quote<'a> {
    pub fn read(bytes: &'a [u8]) -> Step<Self> {
        let mut cursor = Cursor(bytes);
        let mut header = Cursor(cursor.take(HEADER_BYTES)?);
        let version = header.u16()?;
        let key_type = header.u16()?;
        let tee = header.u32()?;
        header.take(4)?;
        let vendor: [u8; 16] = header.array()?;
        if !(3..=5).contains(&version) || key_type != ECDSA_P256 || vendor != INTEL_QE {
            return Err(Reason::EvidenceUnsupported);
        }
        let body = body(version, tee, &mut cursor)?;
        let signed_bytes = bytes.len().saturating_sub(cursor.0.len());
        let (signed, _) = bytes.split_at_checked(signed_bytes).ok_or(Reason::EvidenceMalformed)?;

        let mut data = Cursor(cursor.long()?);
        let signature = data.take(64)?;
        let attestation_key = data.take(64)?;
        // From version 4 on, what the quoting enclave says is wrapped as certification data.
        let mut qe = if version == 3 {
            data
        } else if data.u16()? == QE_REPORT {
            Cursor(data.long()?)
        } else {
            return Err(Reason::EvidenceUnsupported);
        };
        let qe_report = enclave(&mut qe)?;
        let qe_report_signature = qe.take(64)?;
        let auth_bytes = usize::from(qe.u16()?);
        let qe_auth_data = qe.take(auth_bytes)?;
        let kind = qe.u16()?;
        let certification = qe.long()?;
        Ok(Self {
            body,
            signed,
            signature,
            attestation_key,
            qe_report,
            qe_report_signature,
            qe_auth_data,
            certificates: (kind == PCK_CHAIN).then_some(certification),
        })
    }
}
