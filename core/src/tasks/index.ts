export { dayGroups, dayWindows, type DayGroup } from './day-windows.js';
export { findDay } from './find-day.js';
export { registerTasks } from './register.js';
export { choiceOf, repeats, ruleDays, ruleOf, type Repeat } from './rule-choice.js';
export { snoozeMoments } from './snooze-moments.js';
