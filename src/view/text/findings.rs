//! FINDINGS: what is wrong with the traffic, by rule, each with its first place.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::super::figures::count;
use super::super::page::{Page, Tone, wrapped};
use crate::report::Report;
use crate::report::model::{Finding, Severity};

/// Columns of the severity.
const SEVERITY: usize = 7;

/// Two lines or more a rule: severity, count, rule and first place; then what is wrong there.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    page.heading(
        "FINDINGS",
        "wrong with the traffic, worst first; how often; the first place, and what is wrong there",
    )?;
    let files = report.capture.files.len() > 1;
    let counts = report.findings.iter().map(|finding| count(finding.count).len()).max().unwrap_or(0);
    // Where the rule begins, and its message below.
    let indent = u16::try_from(2 + SEVERITY + 2 + counts + 2).unwrap_or(0);
    let most = page.options().rows;
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.severity, Reverse(finding.count)));
    for finding in findings.into_iter().take(most) {
        let (word, tone) = match finding.severity {
            Severity::Error => ("error", Some(Tone::Bad)),
            Severity::Warning => ("warning", Some(Tone::Doubtful)),
            Severity::Note => ("note", None),
        };
        let text = format!(
            "{}: {}\n{}",
            page.plain(&finding.rule),
            place(finding, files, page),
            page.plain(&finding.message)
        );
        let mut lines = wrapped(&text, page.width(), indent);
        let head = lines.next().unwrap_or_default();
        let shown = match tone {
            Some(tone) => page.toned(word, tone),
            None => word.to_owned(),
        };
        let pad = SEVERITY.saturating_sub(word.len());
        let rule = head.trim_start();
        page.line(&format!("  {shown}{:pad$}  {:>counts$}  {rule}", "", count(finding.count)))?;
        for line in lines {
            page.line(&line)?;
        }
    }
    let left = u64::try_from(report.findings.len().saturating_sub(most)).unwrap_or(u64::MAX);
    if left > 0 {
        page.item(&format!("and {} more; --format json lists them", count(left)), Some(Tone::Faint))?;
    }
    Ok(())
}

/// `frame 12, PDU 1, octet 33, source_addr`, after the file's name where there are several.
fn place<W: Write>(finding: &Finding, files: bool, page: &Page<'_, W>) -> String {
    let first = &finding.first;
    let mut parts = Vec::new();
    if files {
        parts.push(page.plain(first.file.as_deref().unwrap_or("some file")).into_owned());
    }
    parts.push(format!("frame {}", first.frame));
    parts.extend(first.index.map(|index| format!("PDU {index}")));
    parts.extend(first.offset.map(|offset| format!("octet {offset}")));
    parts.extend(first.field.as_deref().map(|field| page.plain(field).into_owned()));
    parts.join(", ")
}
