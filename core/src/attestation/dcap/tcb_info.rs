//! The levels of a platform (Intel's TCB Info, version 3): which fixes are in, and what Intel says of that.

use alloc::vec::Vec;

use super::super::{Reason, Step};
use super::Platform;
use super::json::{Dates, Object, masked, parse, reached};
use super::quote::{Body, Td};
use super::status::TcbStatus;

struct Level {
    sgx: [u16; 16],
    pce_svn: u16,
    tdx: Option<[u16; 16]>,
    status: TcbStatus,
}

/// What the TDX module must be.
struct Module {
    mr_signer: [u8; 48],
    attributes: [u8; 8],
    attributes_mask: [u8; 8],
    levels: Vec<(u16, TcbStatus)>,
}

/// Intel's word on a family of platforms.
pub struct TcbInfo {
    pub dates: Dates,
    /// The number of Intel's evaluation that it is of, if it has a valid one.
    pub evaluation: Option<u16>,
    is_td: bool,
    fmspc: [u8; 6],
    pce_id: [u8; 2],
    levels: Vec<Level>,
    module: Option<Module>,
    /// Modules by their version.
    modules: Vec<(u8, Module)>,
}

/// The state of a platform when the workload was launched, and now, where these may differ.
pub struct Status {
    pub launch: TcbStatus,
    pub current: Option<TcbStatus>,
}

fn svns(tcb: Object<'_>, name: &str) -> Step<Option<[u16; 16]>> {
    let components = tcb.list(name)?;
    if components.is_empty() {
        return Ok(None);
    }
    let svns: Vec<u16> = components
        .into_iter()
        .map(|component| component.number("svn"))
        .collect::<Step<_>>()?;
    svns.try_into().map(Some).map_err(|_| Reason::CollateralMalformed)
}

fn module(object: Object<'_>) -> Step<Module> {
    Ok(Module {
        mr_signer: object.bytes("mrsigner")?,
        attributes: object.bytes("attributes")?,
        attributes_mask: object.bytes("attributesMask")?,
        levels: object.isv_levels()?,
    })
}

/// The version in a module's name: `TDX_` and two hexadecimal digits.
fn module_version(name: &str) -> Step<u8> {
    let (prefix, digits) = name.split_at_checked(4).ok_or(Reason::CollateralMalformed)?;
    match u8::from_str_radix(digits, 16) {
        Ok(version) if prefix.eq_ignore_ascii_case("TDX_") && digits.len() == 2 => Ok(version),
        _ => Err(Reason::CollateralMalformed),
    }
}

impl TcbInfo {
    pub fn read(text: &str) -> Step<Self> {
        let tree = parse(text)?;
        let info = Object::of(&tree)?;
        // Version 2 is another schema and has been out of service since 2023.
        if info.number("version")? != 3 || info.number("tcbType")? != 0 {
            return Err(Reason::CollateralMismatch);
        }
        let is_td = match info.text("id")? {
            "SGX" => false,
            "TDX" => true,
            _ => return Err(Reason::CollateralMismatch),
        };
        let mut levels = info
            .list("tcbLevels")?
            .into_iter()
            .map(|level| {
                let tcb = level.object("tcb")?;
                Ok(Level {
                    sgx: svns(tcb, "sgxtcbcomponents")?.ok_or(Reason::CollateralMalformed)?,
                    pce_svn: tcb.number("pcesvn")?,
                    tdx: svns(tcb, "tdxtcbcomponents")?,
                    status: level.status()?,
                })
            })
            .collect::<Step<Vec<Level>>>()?;
        // The highest first, as Intel's own library looks at them, whatever order they came in.
        levels.sort_by_key(|level| core::cmp::Reverse((level.sgx, level.pce_svn, level.tdx)));
        let modules = info
            .list("tdxModuleIdentities")?
            .into_iter()
            .map(|identity| Ok((module_version(identity.text("id")?)?, module(identity)?)))
            .collect::<Step<_>>()?;
        Ok(Self {
            dates: info.dates()?,
            evaluation: info.number("tcbEvaluationDataNumber").ok(),
            is_td,
            fmspc: info.bytes("fmspc")?,
            pce_id: info.bytes("pceId")?,
            levels,
            // Read where it stands, asked for where a TD is judged.
            module: info.object("tdxModule").and_then(module).ok(),
            modules,
        })
    }

    /// The state of the platform that made this quote.
    pub fn judge(&self, platform: &Platform, body: &Body<'_>) -> Step<Status> {
        if self.is_td != body.is_td() || self.fmspc != platform.fmspc || self.pce_id != platform.pce_id {
            return Err(Reason::CollateralMismatch);
        }
        let Body::Td(td) = body else {
            return Ok(Status {
                launch: self.level(platform, None)?,
                current: None,
            });
        };
        let launch = self.td_level(platform, td.tee_tcb_svn())?;
        self.module_is_ours(td)?;
        let current = td
            .tee_tcb_svn_now()
            .map(|svn| self.td_level(platform, svn))
            .transpose()?;
        Ok(Status { launch, current })
    }

    /// The first level that the platform reaches in every component.
    fn level(&self, platform: &Platform, tee_tcb_svn: Option<&[u8]>) -> Step<TcbStatus> {
        let reaches = |have: &[u8], need: &[u16; 16], from: usize| {
            have.len() == need.len()
                && have
                    .iter()
                    .zip(need)
                    .skip(from)
                    .all(|(have, need)| u16::from(*have) >= *need)
        };
        self.levels
            .iter()
            .find(|level| {
                reaches(&platform.cpu_svn, &level.sgx, 0)
                    && platform.pce_svn >= level.pce_svn
                    && tee_tcb_svn.is_none_or(|svn| {
                        // With a versioned module the first two are the module's own, judged by its identity.
                        let from = if module_of(svn).0 == 0 { 0 } else { 2 };
                        level.tdx.as_ref().is_some_and(|need| reaches(svn, need, from))
                    })
            })
            .map(|level| level.status)
            .ok_or(Reason::TcbUnknown)
    }

    fn td_level(&self, platform: &Platform, tee_tcb_svn: &[u8]) -> Step<TcbStatus> {
        let status = self.level(platform, Some(tee_tcb_svn))?;
        let (version, isv_svn) = module_of(tee_tcb_svn);
        if version == 0 {
            return Ok(status);
        }
        Ok(status.with(reached(&self.module(version)?.levels, u16::from(isv_svn))?))
    }

    fn module(&self, version: u8) -> Step<&Module> {
        self.modules
            .iter()
            .find(|(known, _)| *known == version)
            .map(|(_, module)| module)
            .ok_or(Reason::TcbUnknown)
    }

    fn module_is_ours(&self, td: &Td<'_>) -> Step {
        let expected = match module_of(td.tee_tcb_svn()).0 {
            0 => self.module.as_ref().ok_or(Reason::CollateralMalformed)?,
            version => self.module(version)?,
        };
        let inside = td
            .seam_attributes()
            .iter()
            .zip(&expected.attributes_mask)
            .all(|(bits, mask)| bits & !mask == 0);
        if td.mr_signer_seam() == expected.mr_signer
            && inside
            && masked(td.seam_attributes(), &expected.attributes, &expected.attributes_mask)
        {
            Ok(())
        } else {
            Err(Reason::SignerMismatch)
        }
    }
}

/// The version of the TDX module and its own SVN, which stand first in the TD's SVNs.
fn module_of(tee_tcb_svn: &[u8]) -> (u8, u8) {
    match tee_tcb_svn {
        [isv_svn, version, ..] => (*version, *isv_svn),
        _ => (0, 0),
    }
}
