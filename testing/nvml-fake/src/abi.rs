//! NVML's C functions. All that is unsafe is here: a pointer is checked for null, then written once.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong};
use std::ptr::without_provenance_mut;
use std::time::Duration;

use nvml_wrapper_sys::bindings::{
    nvmlBAR1Memory_t, nvmlDevice_t, nvmlEnableState_t, nvmlEventData_t, nvmlEventSet_t, nvmlFieldValue_t,
    nvmlGpmMetricsGet_t, nvmlGpmSample_t, nvmlGpmSupport_t, nvmlGridLicensableFeatures_t, nvmlMemory_t,
    nvmlMemory_v2_t, nvmlPciInfo_t, nvmlProcessInfo_t, nvmlProcessUtilizationSample_t, nvmlReturn_t, nvmlUtilization_t,
    nvmlValue_t,
};

use crate::code::Code;
use crate::scenario::{Clocks, Memory, Mig, Scenario};
use crate::world::{self, Target};

const SUCCESS: nvmlReturn_t = 0;
const DOUBLE: c_uint = 0;
const UNSIGNED_LONG_LONG: c_uint = 3;
const XID_CRITICAL_ERROR: c_ulonglong = 8;
/// As a driver does, the library refuses more fields in one call than it could know.
const MOST_FIELDS: usize = 100;
const NO_INSTANCE: c_uint = c_uint::MAX;

fn reply(outcome: Result<(), Code>) -> nvmlReturn_t {
    outcome.map_or_else(|code| code.0, |()| SUCCESS)
}

/// Writes `value` where the caller wants it.
#[expect(unsafe_code, reason = "the caller of a C function hands over the place for the answer")]
fn put<T>(place: *mut T, value: T) -> Result<(), Code> {
    if place.is_null() {
        return Err(Code::INVALID_ARGUMENT);
    }
    // SAFETY: not null, and NVML's contract makes the caller provide room for one `T`.
    unsafe { place.write(value) };
    Ok(())
}

/// Writes `values` into an array with room for `*count`, and its length into `count`.
#[expect(unsafe_code, reason = "the caller of a C function hands over the array for the answer")]
fn put_all<T>(array: *mut T, count: *mut c_uint, values: Vec<T>) -> Result<(), Code> {
    if count.is_null() {
        return Err(Code::INVALID_ARGUMENT);
    }
    // SAFETY: not null; the caller says there how many elements fit.
    let room = unsafe { count.read() } as usize;
    put(count, c_uint::try_from(values.len()).unwrap_or(c_uint::MAX))?;
    if values.len() > room || (array.is_null() && !values.is_empty()) {
        return Err(Code::INSUFFICIENT_SIZE);
    }
    for (at, value) in values.into_iter().enumerate() {
        // SAFETY: `at` is below the room that the caller announced.
        unsafe { array.add(at).write(value) };
    }
    Ok(())
}

/// Writes a terminated string into a buffer of `length` bytes.
fn put_text(buffer: *mut c_char, length: c_uint, text: &str) -> Result<(), Code> {
    if text.len() >= length as usize {
        return Err(Code::INSUFFICIENT_SIZE);
    }
    let mut room = length;
    let bytes = text.bytes().chain([0]).map(u8::cast_signed).collect();
    put_all(buffer, &raw mut room, bytes)
}

fn chars<const N: usize>(text: &str) -> [c_char; N] {
    let mut chars = [0; N];
    for (place, byte) in chars.iter_mut().take(N - 1).zip(text.bytes()) {
        *place = byte.cast_signed();
    }
    chars
}

fn supported<T>(value: Option<T>) -> Result<T, Code> {
    value.ok_or(Code::NOT_SUPPORTED)
}

/// Functions of the form `f(device, extra arguments…)`, whose body may fail with a code.
macro_rules! device_functions {
    ($($function:ident($target:ident $(, $argument:ident: $type:ty)*) $body:block)*) => {$(
        #[expect(unsafe_code, reason = "an exported C function")]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $function(device: nvmlDevice_t $(, $argument: $type)*) -> nvmlReturn_t {
            reply(world::on_device(stringify!($function), device.addr(), |$target: &Target| $body))
        }
    )*};
}

/// Functions without a device; the scenario may delay or fail them.
macro_rules! library_functions {
    ($($function:ident($scenario:ident $(, $argument:ident: $type:ty)*) $body:block)*) => {$(
        #[expect(unsafe_code, reason = "an exported C function")]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $function($($argument: $type),*) -> nvmlReturn_t {
            reply(world::on_library(stringify!($function), |$scenario: &Scenario| $body))
        }
    )*};
}

#[expect(unsafe_code, reason = "an exported C function")]
#[unsafe(no_mangle)]
extern "C" fn nvmlInit_v2() -> nvmlReturn_t {
    reply(world::init("nvmlInit_v2"))
}

#[expect(unsafe_code, reason = "an exported C function")]
#[unsafe(no_mangle)]
extern "C" fn nvmlShutdown() -> nvmlReturn_t {
    reply(world::shutdown())
}

library_functions! {
    nvmlSystemGetDriverVersion(scenario, version: *mut c_char, length: c_uint) {
        put_text(version, length, &scenario.driver_version)
    }
    nvmlSystemGetNVMLVersion(scenario, version: *mut c_char, length: c_uint) {
        put_text(version, length, &scenario.nvml_version)
    }
    nvmlDeviceGetCount_v2(scenario, count: *mut c_uint) { put(count, world::device_count(scenario)) }
    nvmlDeviceGetHandleByIndex_v2(scenario, index: c_uint, device: *mut nvmlDevice_t) {
        put(device, without_provenance_mut(world::device_by_index(scenario, index)?))
    }
    nvmlGpmSampleAlloc(_scenario, sample: *mut nvmlGpmSample_t) {
        put(sample, without_provenance_mut(world::allocate_sample()))
    }
    nvmlGpmSampleFree(_scenario, sample: nvmlGpmSample_t) { world::free_sample(sample.addr()) }
    nvmlGpmMetricsGet(_scenario, request: *mut nvmlGpmMetricsGet_t) { gpm_metrics(request) }
    nvmlEventSetCreate(_scenario, set: *mut nvmlEventSet_t) {
        put(set, without_provenance_mut(world::create_event_set()))
    }
    nvmlEventSetFree(_scenario, set: nvmlEventSet_t) { world::free_event_set(set.addr()) }
    nvmlEventSetWait_v2(_scenario, set: nvmlEventSet_t, data: *mut nvmlEventData_t, timeout_ms: c_uint) {
        let (device, xid) = world::wait_for_event(set.addr(), Duration::from_millis(timeout_ms.into()))?;
        put(data, nvmlEventData_t {
            device: without_provenance_mut(device),
            eventType: XID_CRITICAL_ERROR,
            eventData: xid,
            gpuInstanceId: NO_INSTANCE,
            computeInstanceId: NO_INSTANCE,
        })
    }
}

device_functions! {
    nvmlDeviceGetName(target, name: *mut c_char, length: c_uint) {
        match target.instance()? {
            Some(instance) => put_text(name, length, &format!("{} MIG {}", target.gpu().name, instance.profile)),
            None => put_text(name, length, &target.gpu().name),
        }
    }
    nvmlDeviceGetUUID(target, uuid: *mut c_char, length: c_uint) {
        match target.instance()? {
            Some(instance) => {
                let of_gpu = target.gpu().uuid.trim_start_matches("GPU-");
                put_text(uuid, length, &format!("MIG-{of_gpu}-{}", instance.slot))
            }
            None => put_text(uuid, length, &target.gpu().uuid),
        }
    }
    nvmlDeviceGetSerial(target, serial: *mut c_char, length: c_uint) {
        put_text(serial, length, supported(target.whole()?.serial.as_ref())?)
    }
    nvmlDeviceGetVbiosVersion(target, version: *mut c_char, length: c_uint) {
        put_text(version, length, supported(target.whole()?.vbios_version.as_ref())?)
    }
    nvmlDeviceGetMinorNumber(target, minor: *mut c_uint) {
        put(minor, target.whole()?.minor.unwrap_or(c_uint::try_from(target.index()).unwrap_or(c_uint::MAX)))
    }
    nvmlDeviceGetPciInfo_v3(target, pci: *mut nvmlPciInfo_t) {
        let id = &target.whole()?.pci_bus_id;
        put(pci, nvmlPciInfo_t {
            busIdLegacy: chars(&id[4..]),
            domain: 0,
            bus: 0,
            device: 0,
            pciDeviceId: 0,
            pciSubSystemId: 0,
            busId: chars(id),
        })
    }
    nvmlDeviceGetClockInfo(target, clock: c_uint, mhz: *mut c_uint) {
        put(mhz, clock_of(&target.whole()?.clock, clock)?)
    }
    nvmlDeviceGetMaxClockInfo(target, clock: c_uint, mhz: *mut c_uint) {
        put(mhz, clock_of(&target.whole()?.max_clock, clock)?)
    }
    nvmlDeviceGetTemperature(target, _sensor: c_uint, celsius: *mut c_uint) {
        put(celsius, supported(target.whole()?.temperature)?)
    }
    nvmlDeviceGetTemperatureThreshold(target, threshold: c_uint, celsius: *mut c_uint) {
        put(celsius, *supported(target.whole()?.temperature_threshold.get(&threshold.to_string()))?)
    }
    nvmlDeviceGetPowerUsage(target, milliwatts: *mut c_uint) {
        put(milliwatts, supported(target.whole()?.power_usage)?)
    }
    nvmlDeviceGetEnforcedPowerLimit(target, milliwatts: *mut c_uint) {
        put(milliwatts, supported(target.whole()?.power_limit)?)
    }
    nvmlDeviceGetPowerManagementLimit(target, milliwatts: *mut c_uint) {
        put(milliwatts, supported(target.whole()?.power_limit)?)
    }
    nvmlDeviceGetPowerManagementLimitConstraints(target, least: *mut c_uint, most: *mut c_uint) {
        let range = supported(target.whole()?.power_limit_range)?;
        put(least, range.0)?;
        put(most, range.1)
    }
    nvmlDeviceGetTotalEnergyConsumption(target, millijoules: *mut c_ulonglong) {
        put(millijoules, supported(target.whole()?.energy)?)
    }
    nvmlDeviceGetUtilizationRates(target, rates: *mut nvmlUtilization_t) {
        let gpu = target.whole()?;
        // As the driver does: a split GPU has no utilisation of its own.
        let utilization = supported(gpu.utilization.filter(|_| !split(gpu.mig.as_ref())))?;
        put(rates, nvmlUtilization_t { gpu: utilization.gpu, memory: utilization.memory })
    }
    nvmlDeviceGetEncoderUtilization(target, percent: *mut c_uint, period_us: *mut c_uint) {
        put(period_us, 167_000)?;
        put(percent, supported(target.whole()?.encoder_utilization)?)
    }
    nvmlDeviceGetDecoderUtilization(target, percent: *mut c_uint, period_us: *mut c_uint) {
        put(period_us, 167_000)?;
        put(percent, supported(target.whole()?.decoder_utilization)?)
    }
    nvmlDeviceGetMemoryInfo(target, memory: *mut nvmlMemory_t) {
        let Memory { total, reserved, used } = memory_of(target)?;
        // The first version counts what is reserved as used.
        put(memory, nvmlMemory_t { total, free: total - reserved - used, used: used + reserved })
    }
    nvmlDeviceGetMemoryInfo_v2(target, memory: *mut nvmlMemory_v2_t) {
        let Memory { total, reserved, used } = memory_of(target)?;
        put(memory, nvmlMemory_v2_t { version: 2, total, reserved, free: total - reserved - used, used })
    }
    nvmlDeviceGetBAR1MemoryInfo(target, memory: *mut nvmlBAR1Memory_t) {
        let Memory { total, used, .. } = supported(target.whole()?.bar1)?;
        put(memory, nvmlBAR1Memory_t { bar1Total: total, bar1Free: total - used, bar1Used: used })
    }
    nvmlDeviceGetNumFans(target, count: *mut c_uint) {
        put(count, c_uint::try_from(target.whole()?.fan_speed.len()).unwrap_or(c_uint::MAX))
    }
    nvmlDeviceGetFanSpeed_v2(target, fan: c_uint, percent: *mut c_uint) {
        put(percent, *supported(target.whole()?.fan_speed.get(fan as usize))?)
    }
    nvmlDeviceGetPerformanceState(target, state: *mut c_uint) {
        put(state, supported(target.whole()?.performance_state)?)
    }
    nvmlDeviceGetCurrPcieLinkGeneration(target, value: *mut c_uint) {
        put(value, supported(target.whole()?.pcie)?.generation)
    }
    nvmlDeviceGetCurrPcieLinkWidth(target, value: *mut c_uint) { put(value, supported(target.whole()?.pcie)?.width) }
    nvmlDeviceGetMaxPcieLinkGeneration(target, value: *mut c_uint) {
        put(value, supported(target.whole()?.pcie)?.max_generation)
    }
    nvmlDeviceGetMaxPcieLinkWidth(target, value: *mut c_uint) {
        put(value, supported(target.whole()?.pcie)?.max_width)
    }
    nvmlDeviceGetPcieReplayCounter(target, value: *mut c_uint) {
        put(value, supported(target.whole()?.pcie_replay)?)
    }
    nvmlDeviceGetCurrentClocksEventReasons(target, reasons: *mut c_ulonglong) {
        put(reasons, supported(target.whole()?.clock_event_reasons)?)
    }
    nvmlDeviceGetCurrentClocksThrottleReasons(target, reasons: *mut c_ulonglong) {
        put(reasons, supported(target.whole()?.clock_event_reasons)?)
    }
    nvmlDeviceGetEncoderStats(target, sessions: *mut c_uint, fps: *mut c_uint, latency: *mut c_uint) {
        put(sessions, supported(target.whole()?.encoder_sessions)?)?;
        put(fps, 0)?;
        put(latency, 0)
    }
    nvmlDeviceGetNvLinkState(target, link: c_uint, active: *mut nvmlEnableState_t) {
        put(active, (*supported(target.whole()?.nvlink.get(link as usize))?).into())
    }
    nvmlDeviceGetFieldValues(target, count: c_int, values: *mut nvmlFieldValue_t) {
        field_values(target, count, values)
    }
    nvmlDeviceGetMigMode(target, current: *mut c_uint, pending: *mut c_uint) {
        let mig = supported(target.whole()?.mig.as_ref())?;
        put(current, mig.enabled.into())?;
        put(pending, mig.enabled.into())
    }
    nvmlDeviceGetMaxMigDeviceCount(target, count: *mut c_uint) {
        // The hardware's maximum, however many there are.
        put(count, target.whole()?.mig.as_ref().map_or(0, |mig| mig.max_instances))
    }
    nvmlDeviceGetMigDeviceHandleByIndex(target, index: c_uint, device: *mut nvmlDevice_t) {
        target.whole()?.instance(index).ok_or(Code::NOT_FOUND)?;
        put(device, without_provenance_mut(target.mig_handle(index)))
    }
    nvmlDeviceGetGpuInstanceId(target, id: *mut c_uint) {
        put(id, target.instance()?.ok_or(Code::INVALID_ARGUMENT)?.gpu_instance)
    }
    nvmlDeviceGetComputeInstanceId(target, id: *mut c_uint) {
        put(id, target.instance()?.ok_or(Code::INVALID_ARGUMENT)?.compute_instance)
    }
    nvmlDeviceGetGridLicensableFeatures_v4(target, features: *mut nvmlGridLicensableFeatures_t) {
        license(features, target.whole()?.license_enabled)
    }
    nvmlDeviceGetComputeRunningProcesses_v3(target, count: *mut c_uint, infos: *mut nvmlProcessInfo_t) {
        let processes = target.gpu().process.iter().map(|process| nvmlProcessInfo_t {
            pid: process.pid,
            usedGpuMemory: process.memory.unwrap_or(c_ulonglong::MAX),
            gpuInstanceId: NO_INSTANCE,
            computeInstanceId: NO_INSTANCE,
        });
        put_all(infos, count, processes.collect())
    }
    nvmlDeviceGetGraphicsRunningProcesses_v3(_target, count: *mut c_uint, infos: *mut nvmlProcessInfo_t) {
        put_all(infos, count, Vec::new())
    }
    nvmlDeviceGetProcessUtilization(
        target, samples: *mut nvmlProcessUtilizationSample_t, count: *mut c_uint, _last_seen: c_ulonglong
    ) {
        let sampled = target.gpu().process.iter().filter_map(|process| Some((process.pid, process.sm?)));
        let values: Vec<_> = sampled.map(|(pid, sm)| nvmlProcessUtilizationSample_t {
            pid, timeStamp: 1, smUtil: sm, memUtil: 0, encUtil: 0, decUtil: 0,
        }).collect();
        if values.is_empty() { Err(Code::NOT_FOUND) } else { put_all(samples, count, values) }
    }
    nvmlDeviceGetSupportedEventTypes(_target, types: *mut c_ulonglong) { put(types, XID_CRITICAL_ERROR) }
    nvmlDeviceRegisterEvents(target, _types: c_ulonglong, set: nvmlEventSet_t) {
        world::register_events(set.addr(), target)
    }
    nvmlGpmQueryDeviceSupport(target, support: *mut nvmlGpmSupport_t) {
        let supported = !target.gpu().gpm.is_empty();
        put(support, nvmlGpmSupport_t { version: 1, isSupportedDevice: supported.into() })
    }
    nvmlGpmSampleGet(target, sample: nvmlGpmSample_t) { world::fill_sample(sample.addr(), target, None) }
    nvmlGpmMigSampleGet(target, gpu_instance: c_uint, sample: nvmlGpmSample_t) {
        world::fill_sample(sample.addr(), target, Some(gpu_instance))
    }
}

fn split(mig: Option<&Mig>) -> bool {
    mig.is_some_and(|mig| mig.enabled)
}

fn clock_of(clocks: &Clocks, clock: c_uint) -> Result<c_uint, Code> {
    supported(match clock {
        0 => clocks.graphics,
        1 => clocks.sm,
        2 => clocks.memory,
        3 => clocks.video,
        _ => return Err(Code::INVALID_ARGUMENT),
    })
}

fn memory_of(target: &Target) -> Result<Memory, Code> {
    match target.instance()? {
        Some(instance) => Ok(instance.memory),
        None => supported(target.gpu().memory),
    }
}

/// Answers a list of fields in place; an answer's id is left as it was asked.
#[expect(unsafe_code, reason = "the array is the caller's")]
fn field_values(target: &Target, count: c_int, values: *mut nvmlFieldValue_t) -> Result<(), Code> {
    let gpu = target.whole()?;
    let count = usize::try_from(count).map_err(|_| Code::INVALID_ARGUMENT)?;
    if values.is_null() || count > MOST_FIELDS {
        return Err(Code::INVALID_ARGUMENT);
    }
    for at in 0..count {
        // SAFETY: not null, and the caller says that it holds `count` elements.
        let value = unsafe { &mut *values.add(at) };
        match gpu.field(value.fieldId, value.scopeId) {
            Some(number) if number.fract() == 0.0 && number >= 0.0 => {
                value.valueType = UNSIGNED_LONG_LONG;
                value.value = nvmlValue_t { ullVal: number as u64 };
                value.nvmlReturn = SUCCESS;
            }
            Some(number) => {
                value.valueType = DOUBLE;
                value.value = nvmlValue_t { dVal: number };
                value.nvmlReturn = SUCCESS;
            }
            None => value.nvmlReturn = Code::NOT_SUPPORTED.0,
        }
    }
    Ok(())
}

/// Answers the metrics asked for, each with its own code, in place.
#[expect(unsafe_code, reason = "the request is the caller's")]
fn gpm_metrics(request: *mut nvmlGpmMetricsGet_t) -> Result<(), Code> {
    if request.is_null() {
        return Err(Code::INVALID_ARGUMENT);
    }
    // SAFETY: not null, and the caller lends the structure for the call.
    let request = unsafe { &mut *request };
    let (earlier, later) = (request.sample1.addr(), request.sample2.addr());
    for metric in request.metrics.iter_mut().take(request.numMetrics as usize) {
        match world::gpm_metric(earlier, later, metric.metricId) {
            Ok(value) => (metric.value, metric.nvmlReturn) = (value, SUCCESS),
            Err(Code::INVALID_ARGUMENT) => return Err(Code::INVALID_ARGUMENT),
            Err(code) => metric.nvmlReturn = code.0,
        }
    }
    Ok(())
}

#[expect(unsafe_code, reason = "the structure is the caller's")]
fn license(features: *mut nvmlGridLicensableFeatures_t, enabled: Option<bool>) -> Result<(), Code> {
    if features.is_null() {
        return Err(Code::INVALID_ARGUMENT);
    }
    // SAFETY: not null, and the caller lends the structure for the call.
    let features = unsafe { &mut *features };
    features.isGridLicenseSupported = enabled.is_some().into();
    features.licensableFeaturesCount = enabled.is_some().into();
    if let Some(enabled) = enabled {
        features.gridLicensableFeatures[0].featureState = enabled.into();
        features.gridLicensableFeatures[0].featureEnabled = enabled.into();
    }
    Ok(())
}
