//! How current a platform is, in Intel's words, and how the states of its parts make one.

use serde::{Deserialize, Serialize};

/// The state of a platform's trusted computing base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TcbStatus {
    /// All of Intel's fixes are in.
    UpToDate,
    /// They are in; the workload has to do its part.
    SWHardeningNeeded,
    /// They are in; the firmware's settings are not those that Intel asks for.
    ConfigurationNeeded,
    /// Both of these.
    ConfigurationAndSWHardeningNeeded,
    /// Fixes are missing.
    OutOfDate,
    /// Fixes are missing, and settings too.
    OutOfDateConfigurationNeeded,
    /// The TD was started before the fixes came in.
    TDRelaunchAdvised,
    /// The same, and settings are missing.
    TDRelaunchAdvisedConfigurationNeeded,
    /// The platform's keys are known to others.
    Revoked,
}

impl TcbStatus {
    pub(super) fn read(name: &str) -> Option<Self> {
        Some(match name {
            "UpToDate" => Self::UpToDate,
            "SWHardeningNeeded" => Self::SWHardeningNeeded,
            "ConfigurationNeeded" => Self::ConfigurationNeeded,
            "ConfigurationAndSWHardeningNeeded" => Self::ConfigurationAndSWHardeningNeeded,
            "OutOfDate" => Self::OutOfDate,
            "OutOfDateConfigurationNeeded" => Self::OutOfDateConfigurationNeeded,
            "Revoked" => Self::Revoked,
            _ => return None,
        })
    }

    /// With a part of the platform: the quoting enclave, or the TDX module. Only one that is out of date or revoked
    /// changes anything.
    pub(super) const fn with(self, part: Self) -> Self {
        match (part, self) {
            (Self::Revoked, _) => Self::Revoked,
            (Self::OutOfDate, Self::UpToDate | Self::SWHardeningNeeded) => Self::OutOfDate,
            (Self::OutOfDate, Self::ConfigurationNeeded | Self::ConfigurationAndSWHardeningNeeded) => {
                Self::OutOfDateConfigurationNeeded
            }
            _ => self,
        }
    }

    const fn configuration(self) -> bool {
        matches!(
            self,
            Self::ConfigurationNeeded | Self::ConfigurationAndSWHardeningNeeded | Self::OutOfDateConfigurationNeeded
        )
    }

    /// The state of a TD that started in this one, on a platform that is in another now.
    pub(super) const fn relaunched(self, current: Self) -> Self {
        let started_old = matches!(self, Self::OutOfDate | Self::OutOfDateConfigurationNeeded);
        let current_new = matches!(
            current,
            Self::UpToDate
                | Self::SWHardeningNeeded
                | Self::ConfigurationNeeded
                | Self::ConfigurationAndSWHardeningNeeded
        );
        if !started_old || !current_new {
            self
        } else if self.configuration() || current.configuration() {
            Self::TDRelaunchAdvisedConfigurationNeeded
        } else {
            Self::TDRelaunchAdvised
        }
    }
}
