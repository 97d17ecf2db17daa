//! stub
use crate::{Result, amount::*, policy::*};
pub fn rank(_: &PriorityPolicy, _: Atoms, _: u64, _: Ppm, _: u64) -> Result<i128> {
    Ok(0)
}
