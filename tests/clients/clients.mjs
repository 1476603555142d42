// The clients as an administrator's script would set them up: only the two URLs differ from Graph's.
import { ClientSecretCredential } from '@azure/identity';
import graph from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

export const { MUSTER_URL: URL_, MUSTER_TENANT, MUSTER_CLIENT_ID, MUSTER_CLIENT_SECRET } = process.env;
if (!URL_) throw new Error('Start these tests with run.mjs.');

export const SCOPE = `${URL_}/.default`;
export const PROFILES = '/deviceManagement/androidForWorkEnrollmentProfiles';

// Without disableInstanceDiscovery the library asks Microsoft whether the authority is one of theirs.
export const credential = (secret = MUSTER_CLIENT_SECRET) =>
  new ClientSecretCredential(MUSTER_TENANT, MUSTER_CLIENT_ID, secret, {
    authorityHost: URL_,
    disableInstanceDiscovery: true,
  });

// The client sends its token only to hosts that it knows or is told of.
export const client = (version = 'beta') =>
  graph.Client.initWithMiddleware({
    baseUrl: URL_,
    defaultVersion: version,
    customHosts: new Set([new URL(URL_).hostname]),
    authProvider: new TokenCredentialAuthenticationProvider(credential(), { scopes: [SCOPE] }),
  });

export const { PageIterator, ResponseType } = graph;
