/** Where in which S3-compatible store bills are kept. */
export interface S3Address {
  bucket: string;
  /** Begins every key; empty or ends with a slash. */
  prefix: string;
  region: string;
  /** Null for Amazon's own. */
  endpoint: string | null;
  /** The bucket in the path and not in the host's name. */
  pathStyle: boolean;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9._/-]{0,200}$/;
const REGION = /^[a-z0-9-]{1,40}$/;
const PARAMETERS = new Set(["endpoint", "region", "pathStyle"]);

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=https://…&pathStyle=true`; `pathStyle` is true with an endpoint unless it says
 * `false`. Throws an `Error` that names what is wrong and repeats nothing that may be secret.
 */
export function parseS3Address(url: URL): S3Address {
  refuse(url.username !== "" || url.password !== "", "keys do not belong into it");
  refuse(url.port !== "" || url.hash !== "", "it has a port or a fragment; a server is named by endpoint=");
  refuse(!BUCKET.test(url.hostname), "its bucket is missing or not a bucket's name");
  const prefix = url.pathname.replace(/^\/|\/$/g, "");
  refuse(!PREFIX.test(prefix), "its prefix has other characters than letters, digits and . _ - /");
  for (const name of new Set(url.searchParams.keys())) {
    refuse(!PARAMETERS.has(name), "it has a parameter other than region, endpoint and pathStyle");
    refuse(url.searchParams.getAll(name).length > 1, `it says ${name} twice`);
  }
  const region = url.searchParams.get("region") ?? "";
  refuse(!REGION.test(region), "its region is missing or not a region's name");
  const endpoint = parseEndpoint(url.searchParams.get("endpoint"));
  const pathStyle = url.searchParams.get("pathStyle") ?? String(endpoint !== null);
  refuse(pathStyle !== "true" && pathStyle !== "false", "its pathStyle is neither true nor false");
  return {
    bucket: url.hostname,
    prefix: prefix === "" ? "" : `${prefix}/`,
    region,
    endpoint,
    pathStyle: pathStyle === "true",
  };
}

function parseEndpoint(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
  if (!url || !isHttp) throw new Error(problem("its endpoint is not an http or https address"));
  refuse(url.username !== "" || url.password !== "", "keys do not belong into its endpoint");
  refuse(url.pathname !== "/" || url.search !== "" || url.hash !== "", "its endpoint is more than a host and a port");
  return url.origin;
}

function refuse(wrong: boolean, what: string): void {
  if (wrong) throw new Error(problem(what));
}

function problem(what: string): string {
  return `not the S3 address of a bill store: ${what}`;
}
