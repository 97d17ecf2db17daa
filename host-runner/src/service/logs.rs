//! What the node says while it works: lines for people or JSON for machines on standard error, and spans for an
//! OpenTelemetry collector where one is named. Tokens, keys and payloads are in none of them: what is logged of a call is
//! its method, its result and how long it took.

use crate::config::Config;
use crate::error::{Error, Result};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::time::Duration;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// How long the collector may take.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Ends what was begun: the last spans are sent when this goes.
#[derive(Default)]
pub struct Logs(Option<SdkTracerProvider>);

impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // A collector that is gone is no reason not to end.
            let _ = provider.shutdown();
        }
    }
}

/// Begins to log.
///
/// # Errors
/// [`Error::Config`] for a filter or an address that is none.
pub fn start(config: &Config) -> Result<Logs> {
    let filter = config.text("logs.level").unwrap_or("info");
    let filter =
        EnvFilter::try_new(filter).map_err(|error| Error::Config(format!("logs.level `{filter}`: {error}")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if config.text("logs.format") == Some("json") {
        lines.json().boxed()
    } else {
        lines.with_ansi(false).boxed()
    };
    let mut logs = Logs::default();
    let spans = match config.text("logs.otlp") {
        None => None,
        Some(address) => {
            let provider = provider(address)?;
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("aicf"));
            logs.0 = Some(provider);
            Some(layer)
        }
    };
    // A process has one; in a test that starts two nodes the first one's stays.
    let _ = tracing_subscriber::registry()
        .with(spans)
        .with(lines.with_filter(filter))
        .try_init();
    Ok(logs)
}

fn provider(address: &str) -> Result<SdkTracerProvider> {
    let address = format!("{}/v1/traces", address.trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector(crate::net::agent(EXPORT_TIMEOUT)))
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(&address)
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .map_err(|error| Error::Config(format!("logs.otlp `{address}`: {error}")))?;
    let resource = opentelemetry_sdk::Resource::builder()
        .with_service_name("aicf-node")
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// The collector, over the client that everything else here uses. It is called from the exporter's own thread.
#[derive(Debug)]
struct Collector(ureq::Agent);

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> std::result::Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let mut asked = self.0.post(parts.uri.to_string());
        for (name, value) in &parts.headers {
            asked = asked.header(name.as_str(), value.as_bytes());
        }
        let mut answer = asked.send(&body[..])?;
        let text = answer.body_mut().read_to_vec()?;
        Ok(Response::builder().status(answer.status().as_u16()).body(text.into())?)
    }
}
