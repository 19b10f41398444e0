export { calendarStretch, todayIn, type CalendarStretch, type CalendarView } from './calendar-days.js';
export { dayGroups, dayWindows, startOf, type DayGroup } from './day-windows.js';
export { findDay } from './find-day.js';
export { addDays, weekdayNames } from './local-days.js';
export { registerTasks } from './register.js';
export { choiceOf, repeats, ruleDays, ruleOf, type Repeat } from './rule-choice.js';
export { snoozeMoments } from './snooze-moments.js';
