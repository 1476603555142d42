// The dashboard and the alerts of deploy/ ask for metrics, labels and values that a live service has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Muster } from './harness.mjs';

const deploy = (name) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const dashboard = JSON.parse(readFileSync(deploy('grafana/muster.json'), 'utf8'));
const alerts = JSON.parse(execFileSync('python3', ['-c',
  'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)', deploy('prometheus/alerts.yml')]));
const rules = alerts.groups.flatMap((group) => group.rules);

// Made by Prometheus and its exporter, not by the service.
const FOREIGN = { up: ['job', 'instance'], probe_success: ['job', 'instance'] };
const ADDED = ['job', 'instance'];  // to every series that is scraped

let muster;
let metrics;  // name -> { type, labels: Map(name -> Set(values)) }

before(async () => {
  muster = await Muster.start({ settings: 'metrics_listen = "127.0.0.1:0"\nlog_format = "json"\n' });
  // Something of each kind, so that the series which start with their first value are there.
  await muster.create();
  await muster.get('/beta/deviceManagement/nothing');
  await muster.post('/beta/$batch', { requests: [{ id: '1', method: 'GET', url: '/deviceManagement' }] });
  metrics = parse(await scrape(await metricsPort()));
});
after(() => muster?.destroy());

// The log is written a moment after the service is ready.
async function metricsPort() {
  for (let i = 0; i < 1000; ++i) {
    const found = /"event":"metrics_served","port":(\d+)/.exec(muster.log);
    if (found) return Number(found[1]);
    await sleep(5);
  }
  return assert.fail('the log does not name the port of metrics');
}

function scrape(port) {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
      let text = '';
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve(text));
    }).on('error', reject).end();
  });
}

const LABEL = /(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"/g;

function parse(text) {
  const all = new Map();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\w+) (\w+)$/.exec(line);
    if (type) all.set(type[1], { type: type[2], labels: new Map() });
    const series = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$/.exec(line);
    const whole = /^(\w+)/.exec(line)?.[1];
    const metric = series && (all.get(whole) ?? all.get(series[1]));
    for (const [, name, , value] of (metric && series[2]?.matchAll(LABEL)) ?? []) {
      if (!metric.labels.has(name)) metric.labels.set(name, new Set());
      metric.labels.get(name).add(value);
    }
  }
  return all;
}

// The metric of an expression's word, a histogram's three series included.
function metricOf(word) {
  const name = word.replace(/_(bucket|sum|count)$/, '');
  if (metrics.get(word)) return { ...metrics.get(word), histogram: false };
  return metrics.get(name)?.type === 'histogram' ? { ...metrics.get(name), histogram: true } : undefined;
}

// What is wrong with an expression, as sentences.
function faults(expression) {
  const wrong = [];
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) => names.split(',').map((n) => n.trim()));
  const words = [...expression.matchAll(/\b(muster_\w+|process_\w+|up|probe_success)\b(?:\{([^}]*)\})?(\[)?/g)];
  if (words.length === 0) wrong.push('no metric');
  const known = new Set(ADDED);
  for (const [, word, selector = '', range] of words) {
    const metric = metricOf(word);
    if (!metric && !FOREIGN[word]) {
      wrong.push(`no metric ${word}`);
      continue;
    }
    const labels = metric?.labels ?? new Map(FOREIGN[word].map((name) => [name, new Set()]));
    for (const name of labels.keys()) known.add(name);
    if (metric?.histogram) known.add('le');
    if (metric?.type === 'counter' && !range) wrong.push(`${word} is a counter and needs a rate`);
    if (metric?.type === 'gauge' && new RegExp(`(rate|increase)\\(${word}`).test(expression)) wrong.push(`${word} is no counter`);
    for (const [, name, operator, value] of selector.matchAll(LABEL)) {
      if (ADDED.includes(name)) continue;
      if (!labels.has(name)) wrong.push(`${word} has no label ${name}`);
      else if (name !== 'status') wrong.push(...valueFaults(word, name, operator, value, labels.get(name)));
    }
  }
  for (const name of grouped) if (!known.has(name)) wrong.push(`nothing has the label ${name}`);
  return wrong;
}

// Each alternative of a matcher is a value that the service has.
function valueFaults(word, name, operator, value, has) {
  const wanted = operator.endsWith('~') ? value.split('|') : [value];
  return wanted.filter((one) => !has.has(one)).map((one) => `${word} has no ${name}="${one}"`);
}

test('every panel asks for what the service has', () => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  assert.ok(panels.length >= 20);
  for (const { title, targets } of panels) {
    for (const { expr, legendFormat } of targets) {
      assert.deepEqual(faults(expr), [], `${title}: ${expr}`);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        assert.ok(label === 'instance' || expr.includes(label), `${title}: ${legendFormat} is not in ${expr}`);
      }
    }
  }
});

test('panels have numbers of their own and do not overlap', () => {
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
  const taken = new Set();
  for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
    assert.ok(x + w <= 24, title);
    for (let i = 0; i < w * h; ++i) {
      const cell = `${x + (i % w)} ${y + Math.floor(i / w)}`;
      assert.ok(!taken.has(cell), `${title} lies over another panel`);
      taken.add(cell);
    }
  }
});

test('the dashboard follows its variables', () => {
  const names = dashboard.templating.list.map(({ name }) => name);
  assert.deepEqual(names, ['datasource', 'instance']);
  for (const { title, type, targets } of dashboard.panels) {
    if (type === 'row') continue;
    for (const { expr, datasource } of targets) {
      assert.equal(datasource.uid, '${datasource}', title);
      assert.ok(expr.includes('instance=~"$instance"'), title);
    }
  }
});

test('every alert asks for what the service has, and says what to do', () => {
  assert.ok(rules.length >= 10);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, expr, labels, annotations } of rules) {
    assert.deepEqual(faults(expr), [], `${alert}: ${expr}`);
    assert.ok(['page', 'ticket'].includes(labels.severity), alert);
    assert.match(annotations.summary, /\.$/, alert);
    assert.match(annotations.description, /\.$/, alert);
  }
});

test('this test finds what is wrong', () => {
  assert.deepEqual(faults('rate(muster_nothing_total[5m])'), ['no metric muster_nothing_total']);
  assert.deepEqual(faults('rate(muster_enrollments_total{reason="x"}[5m])'), ['muster_enrollments_total has no label reason']);
  assert.deepEqual(faults('rate(muster_enrollments_total{outcome="lost"}[5m])'), ['muster_enrollments_total has no outcome="lost"']);
  assert.deepEqual(faults('sum by (colour) (muster_http_connections)'), ['nothing has the label colour']);
  assert.deepEqual(faults('muster_store_commits_total'), ['muster_store_commits_total is a counter and needs a rate']);
  assert.deepEqual(faults('rate(muster_store_queue_length[5m])'), ['muster_store_queue_length is no counter']);
});
