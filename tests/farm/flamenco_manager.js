// What Flamenco's Manager offers to a job compiler script, as its page "Job Types" and its own scripts have it.
const seen = [];
const print = () => undefined, alert = print;
const shellSplit = text => text.split(/\s+/).filter(word => word);
const author = {
    Task: (name, type) => {
        if (!String(name).trim() || !String(type).trim()) throw "author.Task(name, type): both are required";
        return {
            name, type, commands: [], dependencies: [],
            addCommand(command) { this.commands.push(command); },
            addDependency(task) { this.dependencies.push(task.name); },
        };
    },
    Command: (name, parameters) => ({ name, parameters }),
};
const compiled = settings => {
    const job = { name: "job", settings, addTask: task => seen.push(task) };
    compileJob(job);
    return JSON.stringify({ type: JOB_TYPE, tasks: seen });
};
