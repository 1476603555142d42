// Kiota's beta SDK as a script would set it up. Its models, serializers and adapter are on npm, its fluent builders
// for /deviceManagement are not: here they are declared in the form that Kiota generates.
import { AzureIdentityAuthenticationProvider } from '@microsoft/kiota-authentication-azure';
import { GraphBetaRequestAdapter, createGraphBetaServiceClient, extendGraphBetaServiceClient }
  from '@microsoft/msgraph-beta-sdk';
import * as models from '@microsoft/msgraph-beta-sdk/models/index.js';
import { createODataErrorFromDiscriminatorValue } from '@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js';
import { URL_, credential } from './clients.mjs';

export const errorMappings = {
  _4XX: createODataErrorFromDiscriminatorValue,
  _5XX: createODataErrorFromDiscriminatorValue,
};

const OPTIONS = ['count', 'expand', 'filter', 'orderby', 'search', 'select', 'skip', 'top'];
const mapperOf = (names) => Object.fromEntries(names.map((name) => [name, `%24${name}`]));
const listOf = (names) => names.map((name) => `%24${name}`).join(',');
const json = 'application/json';

const answers = (responseBodyFactory, more) =>
  ({ responseBodyContentType: json, errorMappings, adapterMethodName: 'send', responseBodyFactory, ...more });
const takes = (requestBodySerializer) =>
  ({ requestBodyContentType: json, requestBodySerializer, requestInformationContentSetMethod: 'setContentFromParsable' });
const nothing = (uriTemplate, more) =>
  ({ uriTemplate, responseBodyContentType: json, errorMappings, adapterMethodName: 'sendNoResponseContent', ...more });

// The builders of one set. `body`: name of the type of createToken's parameters in the SDK.
function setOf(path, type, createTokenBody) {
  const set = `{+baseurl}/deviceManagement/${path}`;
  const item = `${set}/{profile%2Did}`;
  const factory = models[`create${type}FromDiscriminatorValue`];
  const serializer = models[`serialize${type}`];
  const selected = `${item}{?${listOf(['expand', 'select'])}}`;
  const posted = (name, more) => ({ requestsMetadata: { post: nothing(`${item}/${name}`, more) } });
  return {
    navigationMetadata: {
      byProfileId: {
        pathParametersMappings: ['profile%2Did'],
        requestsMetadata: {
          get: answers(factory, { uriTemplate: selected, queryParametersMapper: mapperOf(['expand', 'select']) }),
          patch: answers(factory, { uriTemplate: selected, ...takes(serializer) }),
          delete: nothing(selected),
        },
        navigationMetadata: {
          createToken: posted('createToken', takes(createTokenBody)),
          revokeToken: posted('revokeToken'),
        },
      },
      count: {
        requestsMetadata: {
          get: {
            uriTemplate: `${set}/$count{?${listOf(['filter', 'search'])}}`,
            responseBodyContentType: 'text/plain;q=0.9',
            errorMappings,
            adapterMethodName: 'sendPrimitive',
            responseBodyFactory: 'number',
            queryParametersMapper: mapperOf(['filter', 'search']),
          },
        },
      },
    },
    requestsMetadata: {
      get: answers(models[`create${type}CollectionResponseFromDiscriminatorValue`],
        { uriTemplate: `${set}{?${listOf(OPTIONS)}}`, queryParametersMapper: mapperOf(OPTIONS) }),
      post: answers(factory, { uriTemplate: set, ...takes(serializer) }),
    },
  };
}

// Generated, the parameters of an action are a type beside its builder.
const tokenBody = (writer, body = {}) => writer.writeNumberValue('tokenValidityInSeconds', body.tokenValidityInSeconds);

extendGraphBetaServiceClient({
  deviceManagement: {
    navigationMetadata: {
      androidForWorkEnrollmentProfiles:
        setOf('androidForWorkEnrollmentProfiles', 'AndroidForWorkEnrollmentProfile', tokenBody),
      androidDeviceOwnerEnrollmentProfiles:
        setOf('androidDeviceOwnerEnrollmentProfiles', 'AndroidDeviceOwnerEnrollmentProfile', tokenBody),
    },
  },
});

// `source`: a TokenCredential. `http`: a client with other middleware than the default one.
export function kiota({ url = URL_, source = credential(), http } = {}) {
  const hosts = new Set([new URL(url).hostname]);
  const auth = new AzureIdentityAuthenticationProvider(source, [`${url}/.default`], undefined, hosts);
  const adapter = new GraphBetaRequestAdapter(auth, undefined, undefined, http);
  adapter.baseUrl = `${url}/beta`;
  const management = createGraphBetaServiceClient(adapter).deviceManagement;
  return {
    adapter,
    profiles: management.androidForWorkEnrollmentProfiles,
    ownerProfiles: management.androidDeviceOwnerEnrollmentProfiles,
  };
}
