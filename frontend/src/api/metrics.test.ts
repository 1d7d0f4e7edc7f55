import { expect, test } from 'vitest';
import { deviceOf } from './metrics';

test('the device and its memory are read off the metrics', () => {
  const metrics = '# TYPE device_memory_bytes gauge\ndevice_memory_bytes{device="cuda:1"} 2.5E9\nruns{state="RUNNING"} 1.0\n';
  expect(deviceOf(metrics)).toEqual({ name: 'cuda:1', memory: 2.5e9 });
  expect(deviceOf(metrics.replace('2.5E9', 'NaN'))).toEqual({ name: 'cuda:1', memory: NaN });
  expect(deviceOf('runs{state="RUNNING"} 1.0\n')).toBeUndefined();
});
