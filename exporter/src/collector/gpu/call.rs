//! What a failed NVML call means: a value that is missing, a GPU that is, or a driver that is.

use nvml_wrapper::error::NvmlError;

/// Why nothing more can be asked of a GPU.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Broken {
    /// This GPU fell off the bus, or is not there any more.
    Gpu(String),
    /// The library's connection to the driver is over; a new one is needed.
    Driver(String),
}

/// The calls about one GPU in one scrape. After the first that shows the GPU or the driver gone, no more are made.
#[derive(Default)]
pub(super) struct Calls {
    broken: Option<Broken>,
}

impl Calls {
    /// The call's answer; `None` where the GPU, the driver or the library does not have it.
    pub(super) fn ask<T>(&mut self, call: impl FnOnce() -> Result<T, NvmlError>) -> Option<T> {
        if self.broken.is_some() {
            return None;
        }
        match call() {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.broken = broken(&error);
                None
            }
        }
    }

    /// An answer without which the GPU is as good as gone.
    pub(super) fn need<T>(&mut self, call: impl FnOnce() -> Result<T, NvmlError>) -> Result<T, Broken> {
        if let Some(broken) = self.broken.clone() {
            return Err(broken);
        }
        call().map_err(|error| broken(&error).unwrap_or_else(|| Broken::Gpu(error.to_string())))
    }

    /// What stopped the calls, if something did.
    pub(super) fn finish(self) -> Result<(), Broken> {
        self.broken.map_or(Ok(()), Err)
    }
}

fn broken(error: &NvmlError) -> Option<Broken> {
    match error {
        NvmlError::GpuLost => Some(Broken::Gpu(error.to_string())),
        NvmlError::Uninitialized | NvmlError::DriverNotLoaded | NvmlError::LibRmVersionMismatch => {
            Some(Broken::Driver(error.to_string()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_not_supported_costs_its_own_value_only() {
        let mut calls = Calls::default();
        assert_eq!(calls.ask(|| Err::<u32, _>(NvmlError::NotSupported)), None);
        assert_eq!(calls.ask(|| Err::<u32, _>(NvmlError::FailedToLoadSymbol("x".to_owned()))), None);
        assert_eq!(calls.ask(|| Ok(3)), Some(3));
        assert_eq!(calls.finish(), Ok(()));
    }

    #[test]
    fn nothing_is_asked_of_a_lost_gpu() {
        let mut calls = Calls::default();
        assert_eq!(calls.ask(|| Err::<u32, _>(NvmlError::GpuLost)), None);
        assert_eq!(calls.ask(|| -> Result<u32, _> { panic!("asked") }), None);
        assert!(matches!(calls.finish(), Err(Broken::Gpu(_))));
    }

    #[test]
    fn a_driver_that_went_away_is_told_from_a_lost_gpu() {
        let mut calls = Calls::default();
        let answer = calls.need(|| Err::<u32, _>(NvmlError::DriverNotLoaded));
        assert_eq!(answer, Err(Broken::Driver("NVIDIA driver is not loaded".to_owned())));
        let answer = Calls::default().need(|| Err::<u32, _>(NvmlError::InvalidArg));
        assert!(matches!(answer, Err(Broken::Gpu(_))));
    }
}
