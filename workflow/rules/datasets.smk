# Several data sets: the study on each as a module, its rules called <dataset>_<rule>, in the folders of
# a study on it alone; and what they say together.
from study.code import code_digest
from study.files import folder_digest
from study.jobs import resumed, selected
from study.parameters import REPORT_FOLDER
from study.paths import FOLDERS, made_folders
from study.several import across_folder, check_datasets, config_on

if workflow.is_main_process:
    check_datasets(config)
ROOTS = {name: workflow.pathvars.apply(f"<{name}>") for name in FOLDERS}
MODULES = []

for dataset in config["dataset"]:
    module_name, rule_prefix = f"study on {dataset}", f"{dataset}_"

    module:
        name: module_name
        pathvars:
            **{name: f"{root}/{dataset}" for name, root in ROOTS.items()},
        snakefile:
            str(SNAKEFILE)
        config:
            config_on(config, dataset, ARGUMENTS)

    use rule * from module_name as rule_prefix*

    MODULES.append(globals()[module_name])


STUDIES = [module.STUDY for module in MODULES]


pathvars:
    **made_folders(
        STUDIES[0],
        {
            name: f"{root}/{across_folder(config['dataset'])}"
            for name, root in ROOTS.items()
        },
    ),


REPORT = workflow.pathvars.apply("<made>/report.html")


include: "across.smk"
