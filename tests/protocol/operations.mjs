// The requests that a service names in its OpenAPI document, as a list that tests can walk: what is
// served is read there and nowhere else, so a new entity set is tested as soon as it is served.
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

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
        body: operation.requestBody?.content?.['application/json'] !== undefined,
      });
    }
  }
  return list;
}

// The path below `version`, with `values` (an object) in place of its `{names}`; `x` for others.
export function pathOf(operation, values, version = 'beta') {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? 'x'));
  return operation.versioned ? `/${version}${path}` : path;
}
