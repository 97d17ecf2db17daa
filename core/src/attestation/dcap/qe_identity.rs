//! What the quoting enclave must be (Intel's Enclave Identity, version 2).

use alloc::vec::Vec;

use super::super::{Reason, Step};
use super::json::{Dates, Object, masked, parse, reached};
use super::quote::Enclave;
use super::status::TcbStatus;

/// Intel's word on a quoting enclave.
pub struct QeIdentity {
    pub dates: Dates,
    /// The number of Intel's evaluation that it is of, if it has a valid one.
    pub evaluation: Option<u16>,
    is_td: bool,
    misc_select: [u8; 4],
    misc_select_mask: [u8; 4],
    attributes: [u8; 16],
    attributes_mask: [u8; 16],
    mr_signer: [u8; 32],
    isv_prod_id: u16,
    levels: Vec<(u16, TcbStatus)>,
}

impl QeIdentity {
    pub fn read(text: &str) -> Step<Self> {
        let tree = parse(text)?;
        let identity = Object::of(&tree)?;
        let is_td = match (identity.text("id")?, identity.number("version")?) {
            ("QE", 2) => false,
            ("TD_QE", 2 | 3) => true,
            _ => return Err(Reason::CollateralMismatch),
        };
        Ok(Self {
            dates: identity.dates()?,
            evaluation: identity.number("tcbEvaluationDataNumber").ok(),
            is_td,
            misc_select: identity.bytes("miscselect")?,
            misc_select_mask: identity.bytes("miscselectMask")?,
            attributes: identity.bytes("attributes")?,
            attributes_mask: identity.bytes("attributesMask")?,
            mr_signer: identity.bytes("mrsigner")?,
            isv_prod_id: identity.number("isvprodid")?,
            levels: identity.isv_levels()?,
        })
    }

    /// The state of the enclave, if it is Intel's.
    pub fn judge(&self, report: &Enclave<'_>, is_td: bool) -> Step<TcbStatus> {
        if self.is_td != is_td {
            return Err(Reason::CollateralMismatch);
        }
        if report.debug() {
            return Err(Reason::DebugEnabled);
        }
        let ours = report.mr_signer() == self.mr_signer
            && report.isv_prod_id() == self.isv_prod_id
            && masked(report.misc_select(), &self.misc_select, &self.misc_select_mask)
            && masked(report.attributes(), &self.attributes, &self.attributes_mask);
        if !ours {
            return Err(Reason::SignerMismatch);
        }
        reached(&self.levels, report.isv_svn())
    }
}
