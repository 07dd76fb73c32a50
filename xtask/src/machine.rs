//! What a figure was measured on. Never the host's name.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// The machine, as a record keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The processor's name as it tells it.
    pub(crate) cpu: String,
    /// Logical cores that this process may use.
    pub(crate) cores: usize,
    /// The SIMD level that our kernels choose here, `SIMD_KERNELS` included.
    pub(crate) level: String,
    /// Main memory in GiB.
    pub(crate) memory_gib: Option<f64>,
    /// Operating system and architecture.
    pub(crate) system: String,
}

impl Machine {
    pub(crate) fn detect() -> Self {
        Self {
            cpu: cpu_name().unwrap_or_else(|| "unknown processor".to_owned()),
            cores: cores(),
            level: level().to_owned(),
            memory_gib: memory_gib(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }

    /// One line for people.
    pub(crate) fn describe(&self) -> String {
        let memory = self.memory_gib.map_or(String::new(), |gib| format!(", {gib:.0} GiB"));
        format!("{}, {} cores, {}{memory}, {}", self.cpu, self.cores, self.level, self.system)
    }
}

/// Logical cores that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Load averages over 1, 5 and 15 minutes, where the system tells them.
pub(crate) fn load() -> Option<[f64; 3]> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let mut fields = text.split_whitespace().map(|field| field.parse().ok());
    Some([fields.next()??, fields.next()??, fields.next()??])
}

/// Load averages for people.
pub(crate) fn describe_load(load: Option<[f64; 3]>) -> String {
    load.map_or_else(|| "unknown".to_owned(), |[one, five, _]| format!("{one:.1} (1 min) {five:.1} (5 min)"))
}

/// Names of the SIMD levels, lowest first, as `SIMD_KERNELS` spells them.
pub(crate) const LEVELS: [&str; 4] = ["scalar", "sse2", "avx2", "avx512"];

/// The level our kernels choose. `xtask` imports no crate of ours, so this repeats the question that
/// `simd_kernels::Level` asks; records only describe the machine with it.
pub(crate) fn level() -> &'static str {
    let detected = detected_level();
    let asked = std::env::var("SIMD_KERNELS").ok();
    let asked = asked.and_then(|text| LEVELS.iter().position(|&name| name == text));
    LEVELS[asked.map_or(detected, |asked| asked.min(detected))]
}

#[cfg(target_arch = "x86_64")]
fn detected_level() -> usize {
    use std::arch::is_x86_feature_detected as has;
    if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
        3
    } else if has!("avx2") && has!("fma") {
        2
    } else {
        1
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected_level() -> usize {
    0
}

fn cpu_name() -> Option<String> {
    if let Ok(text) = fs::read_to_string("/proc/cpuinfo") {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        return Some(line.split_once(':')?.1.trim().to_owned());
    }
    let output = Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

fn memory_gib() -> Option<f64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some((kib / 1024.0 / 1024.0 * 10.0).round() / 10.0)
}
