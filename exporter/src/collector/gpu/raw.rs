//! Calls that the wrapper lacks or mangles, and all that is unsafe about them.
//!
//! `field_values_for` of the wrapper cannot say which link is meant, and matches answers by an id that newer drivers
//! have renumbered; `memory_info` knows the second version only; `register_events` frees the whole set when one GPU
//! refuses; ids of GPU instances, GPM's results without strings and the vGPU licence are not wrapped.

use std::ffi::c_uint;
use std::mem;

use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try};
use nvml_wrapper::{Device, EventSet, GpmSample, Nvml};
use nvml_wrapper_sys::bindings::{
    NVML_GPM_METRICS_GET_VERSION, nvmlEventTypeXidCriticalError, nvmlFieldValue_t, nvmlGpmMetricsGet_t,
    nvmlGridLicensableFeatures_t, nvmlMemory_t,
};

use super::field_key::FieldKey;
use super::values::{Gpm, Memory};
use crate::sample::Value;

/// A field's answer.
pub(super) enum FieldAnswer {
    Value(Value),
    /// This GPU does not have it and will not have it at the next scrape either.
    Unsupported,
    /// It could not be had this time.
    Failed,
}

const NOT_SUPPORTED: [c_uint; 2] = [2, 3];

/// Many fields in one call; the answers are in the order of `keys`, whatever ids the driver writes into them.
#[expect(unsafe_code, reason = "calls a C function with an array of our own")]
pub(super) fn field_values(
    nvml: &Nvml,
    device: &Device<'_>,
    keys: &[FieldKey],
    renumbered: bool,
) -> Result<Vec<FieldAnswer>, NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlDeviceGetFieldValues.as_ref())?;
    let mut values: Vec<nvmlFieldValue_t> = keys
        .iter()
        .map(|key| {
            // SAFETY: the structure holds integers and a union of numbers, for which zeros are values.
            let mut value: nvmlFieldValue_t = unsafe { mem::zeroed() };
            (value.fieldId, value.scopeId) = (key.driver_id(renumbered), key.scope);
            value
        })
        .collect();
    let count = i32::try_from(values.len()).map_err(|_| NvmlError::InvalidArg)?;
    // SAFETY: the handle is live, and the array has `count` elements that are ours until the call returns.
    nvml_try(unsafe { call(device.handle(), count, values.as_mut_ptr()) })?;
    Ok(values.iter().map(answer).collect())
}

#[expect(unsafe_code, reason = "reads a C union by the tag beside it")]
fn answer(value: &nvmlFieldValue_t) -> FieldAnswer {
    match value.nvmlReturn {
        0 => {}
        code if NOT_SUPPORTED.contains(&code) => return FieldAnswer::Unsupported,
        _ => return FieldAnswer::Failed,
    }
    // SAFETY: the driver says in `valueType` which member it has written, and each is a plain number.
    FieldAnswer::Value(unsafe {
        match value.valueType {
            0 => Value::Float(value.value.dVal),
            1 => Value::Unsigned(value.value.uiVal.into()),
            2 => Value::Unsigned(value.value.ulVal),
            3 => Value::Unsigned(value.value.ullVal),
            4 => Value::Signed(value.value.sllVal),
            5 => Value::Signed(value.value.siVal.into()),
            6 => Value::Unsigned(value.value.usVal.into()),
            _ => return FieldAnswer::Failed,
        }
    })
}

/// The first version of the memory call, for drivers before 510.
#[expect(unsafe_code, reason = "calls a C function that fills a structure of ours")]
pub(super) fn memory_before_510(nvml: &Nvml, device: &Device<'_>) -> Result<Memory, NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlDeviceGetMemoryInfo.as_ref())?;
    let mut memory = nvmlMemory_t { total: 0, free: 0, used: 0 };
    // SAFETY: the handle is live, and the structure is ours until the call returns.
    nvml_try(unsafe { call(device.handle(), &raw mut memory) })?;
    Ok(Memory { total: memory.total, reserved: None, free: memory.free, used: memory.used })
}

/// The GPU instance that a MIG device is of.
#[expect(unsafe_code, reason = "calls a C function that fills a number of ours")]
pub(super) fn gpu_instance_id(nvml: &Nvml, device: &Device<'_>) -> Result<u32, NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlDeviceGetGpuInstanceId.as_ref())?;
    let mut id = 0;
    // SAFETY: the handle is live, and the number is ours until the call returns.
    nvml_try(unsafe { call(device.handle(), &raw mut id) })?;
    Ok(id)
}

/// Whether a vGPU licence is in force; `false` also where none is needed, as DCGM has it.
#[expect(unsafe_code, reason = "calls a C function that fills a structure of ours")]
pub(super) fn vgpu_licensed(nvml: &Nvml, device: &Device<'_>) -> Result<bool, NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlDeviceGetGridLicensableFeatures_v4.as_ref())?;
    // SAFETY: the structure holds integers and arrays of them, for which zeros are values.
    let mut features: nvmlGridLicensableFeatures_t = unsafe { mem::zeroed() };
    // SAFETY: the handle is live, and the structure is ours until the call returns.
    nvml_try(unsafe { call(device.handle(), &raw mut features) })?;
    let listed = features.gridLicensableFeatures.iter().take(features.licensableFeaturesCount as usize);
    Ok(listed.into_iter().any(|feature| feature.featureState != 0))
}

/// The metrics between two samples of one GPU or instance; those that could not be had are left out.
#[expect(unsafe_code, reason = "calls a C function that fills a structure of ours")]
pub(super) fn gpm_metrics(
    nvml: &Nvml,
    earlier: &GpmSample<'_>,
    later: &GpmSample<'_>,
    metrics: &[u32],
) -> Result<Gpm, NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlGpmMetricsGet.as_ref())?;
    // SAFETY: the structure holds numbers and pointers, for which zeros are values. It is 12 KB and goes to the heap.
    let mut request: Box<nvmlGpmMetricsGet_t> = Box::new(unsafe { mem::zeroed() });
    request.version = NVML_GPM_METRICS_GET_VERSION;
    // SAFETY: the samples live as long as the call; the driver keeps neither.
    (request.sample1, request.sample2) = unsafe { (earlier.handle(), later.handle()) };
    let asked = metrics.len().min(request.metrics.len());
    request.numMetrics = u32::try_from(asked).map_err(|_| NvmlError::InvalidArg)?;
    for (place, metric) in request.metrics.iter_mut().zip(metrics) {
        place.metricId = *metric;
    }
    // SAFETY: the structure is ours until the call returns, and says how many of its metrics are asked for.
    nvml_try(unsafe { call(&raw mut *request) })?;
    let answered = request.metrics.iter().take(asked).filter(|metric| metric.nvmlReturn == 0);
    Ok(Gpm(answered.map(|metric| (metric.metricId, metric.value)).collect()))
}

/// Makes a GPU's XIDs events of the set; the set stays whole when the GPU cannot.
#[expect(unsafe_code, reason = "calls a C function with handles of ours")]
pub(super) fn register_xids(nvml: &Nvml, device: &Device<'_>, set: &EventSet<'_>) -> Result<(), NvmlError> {
    let call = nvml_sym(nvml.lib().nvmlDeviceRegisterEvents.as_ref())?;
    // SAFETY: device and set are live.
    nvml_try(unsafe { call(device.handle(), nvmlEventTypeXidCriticalError.into(), set.handle()) })
}

/// A name for the device behind a handle that holds also when the device no longer answers.
#[expect(unsafe_code, reason = "the wrapper guards the handle; it is compared, not used")]
pub(super) fn address(device: &Device<'_>) -> usize {
    // SAFETY: nothing is done with the handle but to look at its bits.
    unsafe { device.handle() }.addr()
}
