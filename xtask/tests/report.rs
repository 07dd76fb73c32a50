//! The report's page in a real browser: every chart drawn, nothing on the console, readable in both themes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Counts what a reader would miss, and leaves the counts where the test finds them.
const PROBE: &str = r#"<script>
  const charts = [...document.querySelectorAll('svg.chart')];
  const drawn = charts.filter(svg => {
    const box = svg.getBoundingClientRect();
    return box.width > 100 && box.height > 50 && svg.querySelectorAll('polyline, path, rect').length > 0;
  });
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = text => {
    const [r, g, b] = text.match(/\d+/g).map(Number).map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const probe = document.createElement('i');
  document.body.append(probe);
  const contrast = name => {
    probe.style.color = `var(${name})`;
    const ink = light(getComputedStyle(probe).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  };
  const names = ['--ink', '--quiet', ...Array.from({ length: 12 }, (_, i) => '--s' + i)];
  const wide = document.documentElement.scrollWidth > window.innerWidth;
  document.body.dataset.probe = JSON.stringify({
    charts: charts.length, drawn: drawn.length, dark: paper < 0.2, wide, contrast: Math.min(...names.map(contrast)),
  });
</script></body>"#;

fn browser() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&paths)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// The page made from the fixtures.
fn page(folder: &Path) -> String {
    let path = folder.join("page.html");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["report", "--records", "xtask/tests/fixtures", "--out"])
        .arg(&path)
        .output()
        .expect("cargo built it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_page_needs_no_network_and_shows_losses_first() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path());
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org").count()
    );
    assert!(!page.contains("https://") && !page.contains("<script"), "{page}");
    let losses = page.find("id=\"losses\"").expect("the table of losses");
    let first = page.find("id=\"bplus-tree\"").expect("a structure");
    assert!(losses < first);
    assert!(page.contains("cargo xtask bench bplus-tree --filter 'get/random/'"), "{page}");
}

#[test]
fn every_part_of_the_page_has_its_chart_and_every_link_its_target() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path());
    for chart in [
        "bplus-tree--get-random",
        "gate-history",
        "speed-up-by-threads",
        "radix-index-read-95-write-5-by-size",
    ] {
        assert!(page.contains(&format!("<figure id=\"{chart}\">")), "{chart} is missing");
    }
    assert!(page.contains("0 false alarms in 20 trials"), "the self-test is missing");
    assert!(page.contains("bytes an entry") && page.contains("20 of 20 aligned"), "memory is missing");
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().expect("a quote ends it");
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
}

/// A page in the browser: its body's probe, and what was logged. An error where no page comes of it.
fn opened(browser: &Path, folder: &Path, file: &Path, scheme: u8, width: u32) -> Result<String, String> {
    let (dom, log) = (folder.join("dom"), folder.join("log"));
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdout(fs::File::create(&dom).unwrap())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .map_err(|error| error.to_string())?;
    // It takes a second; one that hangs must not hang all of CI.
    let end = Instant::now() + Duration::from_secs(180);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err("it hangs".to_owned());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let [dom, log] = [dom, log].map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
    assert!(!log.contains("CONSOLE"), "{log}");
    let probe = dom.split("data-probe=\"").nth(1).and_then(|rest| rest.split('"').next());
    probe.map(|probe| probe.replace("&quot;", "\"")).ok_or(log)
}

/// The browser of this machine, if it opens the plainest page: in some containers there is one that does not start.
fn working_browser(folder: &Path) -> Result<PathBuf, String> {
    let browser = browser().ok_or("there is no chromium (apt-get install chromium)")?;
    let plain = folder.join("plain.html");
    fs::write(&plain, "<!doctype html><body data-probe=\"seen\"></body>").unwrap();
    match opened(&browser, folder, &plain, 1, 400) {
        Ok(probe) if probe == "seen" => Ok(browser),
        Ok(probe) => Err(format!("{} gives {probe} for a plain page", browser.display())),
        Err(log) => Err(format!("{} opens no page here: {log}", browser.display())),
    }
}

#[test]
fn a_browser_draws_every_chart_in_both_themes() {
    let folder = tempfile::tempdir().unwrap();
    let browser = match working_browser(folder.path()) {
        Ok(browser) => browser,
        Err(why) => {
            // Past the test harness, which would swallow it.
            let _ = writeln!(std::io::stderr(), "skipped: {why}");
            return;
        }
    };
    let file = folder.path().join("probed.html");
    fs::write(&file, page(folder.path()).replace("</body>", PROBE)).unwrap();
    for (scheme, dark, width) in [(1, false, 1200), (0, true, 1200), (1, false, 400), (0, true, 400)] {
        let probe = opened(&browser, folder.path(), &file, scheme, width)
            .unwrap_or_else(|log| panic!("the page was not loaded: {log}"));
        let probe: serde_json::Value = serde_json::from_str(&probe).expect("the probe writes JSON");
        assert!(probe["charts"].as_u64() > Some(0) && probe["charts"] == probe["drawn"], "{probe}");
        assert_eq!(probe["dark"], dark, "{probe}");
        assert_eq!(probe["wide"], false, "the page scrolls sideways: {probe}");
        assert!(probe["contrast"].as_f64() >= Some(4.5), "{probe}");
    }
}
