// SPDX-License-Identifier: GPL-3.0-or-later
// A job type for Flamenco 3: refines a folder of recordings, a share of them on each worker.
// Lay it into the folder `scripts` beside flamenco-manager; docs/farm.md goes through the whole set-up.

const JOB_TYPE = {
    label: "Refine Poses",
    description: "Turn a folder of 3D keypoints or pose estimates into clean SMPL animation",
    settings: [
        { key: "recordings", type: "string", subtype: "dir_path", required: true, visible: "submission",
          description: "Folder of recordings, with all folders in it, where all workers find it" },
        { key: "results", type: "string", subtype: "dir_path", required: true, visible: "submission",
          description: "Folder for the animation; what is done in it already is not done again" },
        { key: "file_kind", type: "string", required: true, default: "fbx", choices: ["fbx", "glb", "usd", "bvh", "vrma", "blend", "npz"],
          visible: "submission", description: "Kind of file to write for each recording" },
        { key: "fbx_for", type: "string", required: true, default: "plain", choices: ["plain", "unity", "unreal", "mixamo"],
          visible: "submission", description: "What FBX files are for" },
        { key: "tasks", type: "int32", required: true, default: 20, propargs: { min: 1, max: 1000 },
          visible: "submission", description: "Number of shares; a few times the number of workers is best" },
        { key: "more", type: "string", required: false, default: "", visible: "submission",
          description: "More arguments of the command `refine`, such as: --smoothing 0.5 --up +z" },
    ],
};

function compileJob(job) {
    const settings = job.settings;
    if (settings.tasks < 1) {
        throw "At least one task is needed.";
    }
    const all = refineTask("results", settings, []);
    for (let number = 1; number <= settings.tasks; number++) {
        const name = `refine ${number} of ${settings.tasks}`;
        const task = refineTask(name, settings, ["--part", `${number}/${settings.tasks}`]);
        all.addDependency(task);
        job.addTask(task);
    }
    job.addTask(all); // puts all results together, and does what no other has done
}

function refineTask(name, settings, share) {
    const words = ["refine", settings.recordings, "--output", settings.results, "--to", settings.file_kind];
    const preset = settings.file_kind === "fbx" ? ["--fbx-preset", settings.fbx_for] : [];
    const more = settings.more ? shellSplit(settings.more) : [];
    const task = author.Task(name, "blender");
    task.addCommand(author.Command("exec", {
        exe: "{blender}",
        args: ["--background", "--command", "smpl_pose_refiner"].concat(words, preset, more, share),
    }));
    return task;
}
