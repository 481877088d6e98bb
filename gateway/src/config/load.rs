//! The three layers: file, environment, flags.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use serde::Deserialize as _;

use super::keys::{KEYS, Key};
use super::{Column, Config, Credential, column, proxy};

/// A configuration that cannot be used. The message names the key, the value and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("`{key}` ({origin}) is `{value}`; allowed: {allowed}")]
    Value { key: String, origin: String, value: String, allowed: String },
    #[error("`{key}` ({origin}) is not a key; allowed: {allowed}")]
    UnknownKey { key: String, origin: String, allowed: String },
    #[error("{path} cannot be read: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} is not TOML: {source}")]
    Toml { path: PathBuf, source: Box<toml::de::Error> },
}

/// What the program was started with.
pub struct Layers<'a> {
    pub flags: &'a ArgMatches,
    pub environment: Vec<(String, String)>,
}

/// The command line: a flag per key.
pub fn command() -> Command {
    let flags = KEYS.iter().map(|key| {
        let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
        Arg::new(key.name).long(key.name).value_name("VALUE").help(format!(
            "{}{default} [env: {}]",
            key.help,
            key.environment()
        ))
    });
    Command::new("sightline-gateway")
        .about("Asks Prometheus, remembers the answers, and shows a fleet of servers live.")
        .version(env!("CARGO_PKG_VERSION"))
        .arg(Arg::new("config").long("config").value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help(
            "A TOML file with the same keys: `prometheus.url` is `url` in `[prometheus]` [env: SIGHTLINE_CONFIG]",
        ))
        .args(flags)
        .subcommand(Command::new("openapi").about("Writes the API's OpenAPI document and ends"))
}

/// The configuration that all layers make together.
pub fn load(layers: &Layers<'_>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    if let Some(path) = config_file(layers) {
        apply_file(&mut config, &path)?;
    }
    apply_environment(&mut config, &layers.environment)?;
    for key in KEYS {
        if let Some(value) = layers.flags.get_one::<String>(key.name) {
            apply(&mut config, key, value, &format!("flag --{}", key.name))?;
        }
    }
    Ok(config)
}

const FILE_VARIABLE: &str = "SIGHTLINE_CONFIG";

fn config_file(layers: &Layers<'_>) -> Option<PathBuf> {
    let from_environment =
        || layers.environment.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path));
    layers.flags.get_one::<PathBuf>("config").cloned().or_else(from_environment)
}

fn apply(config: &mut Config, key: &Key, value: &str, origin: &str) -> Result<(), ConfigError> {
    (key.set)(config, value.trim()).map_err(|allowed| ConfigError::Value {
        key: key.name.to_owned(),
        origin: origin.to_owned(),
        value: value.to_owned(),
        allowed,
    })
}

fn apply_environment(config: &mut Config, environment: &[(String, String)]) -> Result<(), ConfigError> {
    for (name, value) in environment {
        if !name.starts_with("SIGHTLINE_") || name == FILE_VARIABLE || is_service_link(name) {
            continue;
        }
        let key = KEYS.iter().find(|key| key.environment() == *name).ok_or_else(|| ConfigError::UnknownKey {
            key: name.clone(),
            origin: "environment".to_owned(),
            allowed: KEYS.iter().map(Key::environment).collect::<Vec<_>>().join(", "),
        })?;
        apply(config, key, value, &format!("environment variable {name}"))?;
    }
    Ok(())
}

/// Kubernetes sets such variables in every container for a service named `sightline…`; nobody chose them.
fn is_service_link(name: &str) -> bool {
    name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
        || name.ends_with("_PORT")
}

fn apply_file(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let mut table: toml::Table = toml::from_str(&text)
        .map_err(|source| ConfigError::Toml { path: path.to_owned(), source: Box::new(source) })?;
    if let Some(columns) = table.remove("columns") {
        config.columns = parse_columns(columns, path)?;
    }
    if let Some(toml::Value::Table(section)) = table.get_mut("proxy")
        && let Some(credentials) = section.remove("credentials")
    {
        config.proxy.credentials = parse_credentials(credentials, path)?;
    }
    apply_table(config, &table, "", path)
}

fn parse_credentials(value: toml::Value, path: &Path) -> Result<Vec<Credential>, ConfigError> {
    let origin = path.display().to_string();
    let refused = |key: String, value: String, allowed: String| ConfigError::Value { key, origin, value, allowed };
    // The reader's own message would repeat the line, and with it the token.
    let credentials = Vec::<Credential>::deserialize(value);
    let allowed = || "[[proxy.credentials]] with name, token, labels and may_skip_cache".to_owned();
    let Ok(credentials) = credentials else {
        return Err(refused("proxy.credentials".to_owned(), "…".to_owned(), allowed()));
    };
    match proxy::check(&credentials) {
        Ok(()) => Ok(credentials),
        Err((key, value, allowed)) => Err(refused(key, value, allowed)),
    }
}

fn parse_columns(value: toml::Value, path: &Path) -> Result<Vec<Column>, ConfigError> {
    let refused = |key: String, value: String, allowed: String| ConfigError::Value {
        key,
        origin: path.display().to_string(),
        value,
        allowed,
    };
    let columns = Vec::<Column>::deserialize(value).map_err(|error| {
        let allowed = "[[columns]] with name, expression, unit and title".to_owned();
        refused("columns".to_owned(), error.to_string().trim().to_owned(), allowed)
    })?;
    column::check(&columns).map_err(|(key, value, allowed)| refused(key, value, allowed))?;
    Ok(columns)
}

fn apply_table(config: &mut Config, table: &toml::Table, prefix: &str, path: &Path) -> Result<(), ConfigError> {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        if let toml::Value::Table(section) = value {
            apply_table(config, section, &format!("{name}."), path)?;
            continue;
        }
        let key = KEYS.iter().find(|key| key.name == name).ok_or_else(|| ConfigError::UnknownKey {
            key: name.clone(),
            origin: path.display().to_string(),
            allowed: KEYS.iter().map(|key| key.name).chain(["columns"]).collect::<Vec<_>>().join(", "),
        })?;
        apply(config, key, &scalar_text(value), &path.display().to_string())?;
    }
    Ok(())
}

/// A TOML value as it would be written in a variable or flag: the same keys take the same text everywhere.
fn scalar_text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(parts) => parts.iter().map(scalar_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_from(file: Option<&str>, environment: &[(&str, &str)], flags: &[&str]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["sightline-gateway".to_owned()];
        if let Some(text) = file {
            let path = folder.path().join("sightline.toml");
            std::fs::write(&path, text).unwrap();
            arguments.extend(["--config".to_owned(), path.display().to_string()]);
        }
        arguments.extend(flags.iter().map(|&flag| flag.to_owned()));
        let flags = command().try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        let environment = environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let folder_name = folder.path().display().to_string();
        load(&Layers { flags: &flags, environment }).map_err(|error| error.to_string().replace(&folder_name, ""))
    }

    #[test]
    fn flags_win_over_environment_over_file() {
        let file =
            "listen = '127.0.0.1:1'\n[snapshot]\ninterval = '1s'\njobs = ['a', 'b']\n[live]\nmax_connections = 7";
        let config = load_from(
            Some(file),
            &[("SIGHTLINE_LISTEN", "127.0.0.1:2"), ("SIGHTLINE_SNAPSHOT_INTERVAL", "2s")],
            &["--listen", "127.0.0.1:3"],
        )
        .unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.snapshot.interval.as_secs(), 2);
        assert_eq!(config.snapshot.jobs, ["a", "b"]);
        assert_eq!(config.live.max_connections, 7);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        insta::assert_snapshot!(load_from(None, &[("SIGHTLINE_SNAPSHOT_INTERVAL", "5x")], &[]).unwrap_err(), @"`snapshot.interval` (environment variable SIGHTLINE_SNAPSHOT_INTERVAL) is `5x`; allowed: a duration from 1s to 5m, such as `30s`");
        insta::assert_snapshot!(load_from(Some("[snapshot]\ninterval = 5"), &[], &[]).unwrap_err(), @"`snapshot.interval` (/sightline.toml) is `5`; allowed: a duration from 1s to 5m, such as `30s`");
        insta::assert_snapshot!(load_from(None, &[], &["--listen", "localhost"]).unwrap_err(), @"`listen` (flag --listen) is `localhost`; allowed: an IP address and a port, such as `127.0.0.1:8000` or `[::]:8000`");
        insta::assert_snapshot!(load_from(Some("[prometheus]\nurl = 'ftp://x'"), &[], &[]).unwrap_err(), @"`prometheus.url` (/sightline.toml) is `ftp://x`; allowed: an http or https URL without query or fragment, such as `http://127.0.0.1:9090`");
        insta::assert_snapshot!(
            load_from(Some("[[columns]]\nname = 'a'\nexpression = 'sum('\nunit = 'count'\ntitle = 'A'"), &[], &[])
                .unwrap_err(), @"`columns[0].expression` (/sightline.toml) is `sum(`; allowed: PromQL (unclosed left parenthesis)");
        insta::assert_snapshot!(
            load_from(Some("[[columns]]\nname = 'a'\nexpression = 'x'\nunit = 'litres'\ntitle = 'A'"), &[], &[])
                .unwrap_err(), @r"
        `columns` (/sightline.toml) is `unknown variant `litres`, expected one of `ratio`, `bytes`, `bytes_per_second`, `per_second`, `seconds`, `count`, `celsius`, `watts`, `hertz`
        in `unit``; allowed: [[columns]] with name, expression, unit and title
        ");
    }

    #[test]
    fn an_unknown_key_is_named_wherever_it_comes_from() {
        for (file, environment, flags) in [
            (Some("[prometheus]\nulr = 'x'"), vec![], vec![]),
            (None, vec![("SIGHTLINE_PROMETHEUS_ULR", "x")], vec![]),
            (None, vec![], vec!["--prometheus.ulr", "x"]),
        ] {
            let error = load_from(file, &environment, &flags).unwrap_err();
            assert!(error.to_lowercase().replace('_', ".").contains("prometheus.ulr"), "{error}");
        }
    }

    #[test]
    fn variables_that_kubernetes_makes_up_are_not_keys() {
        let environment = [("SIGHTLINE_GATEWAY_SERVICE_HOST", "10.0.0.1"), ("SIGHTLINE_PORT_8000_TCP", "tcp://x")];
        assert_eq!(load_from(None, &environment, &[]), Ok(Config::default()));
    }
}
