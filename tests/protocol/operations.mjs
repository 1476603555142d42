// The requests that a service names in its OpenAPI document, as a list that tests can walk: what is
// served is read there and nowhere else, so a new entity set is tested as soon as it is served.
const SET = 'deviceManagement/androidForWorkEnrollmentProfiles';
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

// A value that fits a schema.
function sampleOf(schema) {
  const known = { integer: 1, boolean: true, array: [], object: {} };
  if (schema.format === 'date-time') return '2030-01-01T00:00:00Z';
  return schema.type === 'string' ? 'mine now' : known[schema.type] ?? {};
}

// What a request of the operation may hold: each member of its body with a value that fits.
function bodyOf(operation) {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (!schema) return undefined;
  // Entities, and complex values, of which nothing has to be sent.
  if (!schema.properties) return operation.operationId.split('.').length > 2 ? {} : { displayName: 'mine now' };
  return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, sampleOf(one)]));
}

// [{method, path, versioned, tag, id, secured, body}] of the methods that the document names. `path` is
// the template; `versioned`: whether it stands below a version.
export async function namedOperations(muster) {
  const { json } = await muster.get('/openapi.json', { token: null });
  const list = [];
  for (const [path, item] of Object.entries(json.paths)) {
    for (const [name, operation] of Object.entries(item)) {
      if (name === 'parameters' || name === 'servers') continue;
      list.push({
        method: name.toUpperCase(),
        path,
        versioned: item.servers === undefined,
        tag: operation.tags[0],
        id: operation.operationId,
        secured: operation.security.length > 0,
        body: bodyOf(operation),
      });
    }
  }
  return list;
}

// The path below `version`, with `values` (an object) in place of its `{names}`; `x` for others.
export function pathOf(operation, values, version = 'beta') {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? 'x'));
  // The one resource whose address is in the query.
  const query = operation.path === '/$entity' ? `?$id=${SET}/${values.id}` : '';
  return operation.versioned ? `/${version}${path}${query}` : path;
}

// [{path, key, creation, deletes}] of the sets that the document names: their path below a version, the name
// of their key, the body of a create (undefined where nobody creates; without the key), and whether entities
// can be deleted.
export async function entitySets(muster) {
  const { paths, components } = (await muster.get('/openapi.json', { token: null })).json;
  const resolved = (schema) => (schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)] : schema);
  const creationOf = (operation) => {
    if (!operation) return undefined;
    const { properties } = resolved(operation.requestBody.content['application/json'].schema);
    const body = properties.displayName ? { displayName: 'mine now' } : {};
    for (const [name, one] of Object.entries(properties)) {
      const { enum: names } = resolved(one.allOf?.[0] ?? one);
      if (names && !one.readOnly) [body[name]] = names;
    }
    return body;
  };
  return Object.keys(paths).flatMap((entity) => {
    const [, path, key] = /^(\/\w+\/\w+)\/\{(\w+)\}$/.exec(entity) ?? [];
    if (!key) return [];
    return [{ path, key, creation: creationOf(paths[path]?.post), deletes: paths[entity].delete !== undefined }];
  });
}
