"""The page's sections: a module each, and a template of the same name in workflow/report/sections.

The module of a section has

    TITLE               its heading; empty where the heading of its part is enough
    context(inputs)     what its template says, as plain text in dicts and lists; None to leave the
                        section out

where `inputs` is a `study.report.inputs.Inputs`, on the page of several data sets a
`study.report.across_inputs.AcrossInputs`. A new section is such a module,
its template, and one entry in `study.report.page.PARTS`.
"""
