import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { InjectionToken } from 'tsyringe';

/** What one process measured, as it goes to the supervisor that adds the processes up. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** One request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** Template of the path; null when nothing answers there. */
  readonly route: string | null;
  readonly module: string;
  readonly status: number;
  readonly seconds: number;
}

/** How many requests a process has taken on, and how many it refused because it had too many. */
export interface AdmissionNumbers {
  readonly underWay: number;
  readonly refused: number;
}

/** What a process counts about itself and its workspace. */
export interface Metrics {
  /** Called after each answer; takes about a microsecond. */
  observe(request: AnsweredRequest): void;
  /** Tells of these numbers from now on. */
  follow(admission: AdmissionNumbers): void;
  /** @param ofWorkspace also what the database knows, which one process tells for all */
  snapshot(ofWorkspace: boolean): Promise<MetricsSnapshot>;
}

/** The metrics of the workspace in this process; registered only when somebody may ask for them. */
export const Metrics: InjectionToken<Metrics> = Symbol('Metrics');
