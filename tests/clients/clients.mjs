// The clients as an administrator's script would set them up: only the two URLs differ from Graph's.
import { ClientSecretCredential } from '@azure/identity';
import graph from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

export const {
  SERVICE_URL: URL_, SERVICE_TENANT: TENANT, SERVICE_CLIENT_ID: CLIENT_ID, SERVICE_CLIENT_SECRET: CLIENT_SECRET,
} = process.env;
if (!URL_) throw new Error('Start these tests with run.mjs.');

export const SCOPE = `${URL_}/.default`;
export const PROFILES = '/deviceManagement/androidForWorkEnrollmentProfiles';

// Without disableInstanceDiscovery the library asks Microsoft whether the authority is one of theirs.
export const credential = (secret = CLIENT_SECRET, { url = URL_, tenant = TENANT, id = CLIENT_ID } = {}) =>
  new ClientSecretCredential(tenant, id, secret, {
    authorityHost: url,
    disableInstanceDiscovery: true,
  });

// A TokenCredential that gives one token, for services of a test's own.
export const holding = (token) => ({ getToken: async () => ({ token, expiresOnTimestamp: Infinity }) });

// The client sends its token only to hosts that it knows or is told of. `source`: a TokenCredential.
export const client = (version = 'beta', { url = URL_, source = credential() } = {}) =>
  graph.Client.initWithMiddleware({
    baseUrl: url,
    defaultVersion: version,
    customHosts: new Set([new URL(url).hostname]),
    authProvider: new TokenCredentialAuthenticationProvider(source, { scopes: [`${url}/.default`] }),
  });

export const { PageIterator, ResponseType } = graph;
