"""The catalogue in Simplified Chinese, in the terms of the article."""

CHINESE: dict[str, str] = {
    # The tag of this language in `<html lang>`.
    "language.tag": "zh-CN",
    # --- config and settings ----------------------------------------------------------------------
    # --- networks ---------------------------------------------------------------------------------
    # --- data -------------------------------------------------------------------------------------
    # --- training ---------------------------------------------------------------------------------
    # --- plots ------------------------------------------------------------------------------------
    # --- evaluation and calibration ---------------------------------------------------------------
    # --- checkpoints and archives -----------------------------------------------------------------
    # --- experiments ------------------------------------------------------------------------------
    # --- generated programs -----------------------------------------------------------------------
    # --- preprocessing and drawings ---------------------------------------------------------------
    # --- inspection -------------------------------------------------------------------------------
    # --- the command line -------------------------------------------------------------------------
    # --- the page ---------------------------------------------------------------------------------
    "page.title": "用 PyTorch 识别手写数字",
    "page.summary": "写一个数字，小小的神经网络边写边认。再亲手训练一个，看着它学会。",
    "page.language": "语言",
    "tab.draw": "手写",
    "tab.train": "训练",
    "tab.experiments": "实验",
    "tab.runs": "记录",
    # --- the Draw tab -----------------------------------------------------------------------------
    "digit.other": "{digit}",
    "digit.eight": "{digit}",
    "canvas.title": "画布：写一个 0 到 9 的数字",
    "canvas.hint": "写在这里",
    "canvas.undo": "撤销",
    "canvas.clear": "清除",
    "canvas.picture": "识别图片 …",
    "canvas.help": "用鼠标、手指或笔来写。",
    "canvas.help_keys": "用鼠标、手指或笔来写。Ctrl+Z 撤销，Delete 清除。",
    "canvas.picture_help": "点一个框，或拖选一部分。清除后可以再写。",
    "canvas.full": "墨用完了：撤销或清除后再写。",
    "picture.title": "要识别的图片",
    "picture.yours": "你的图片",
    "picture.found": "图片里找到的内容：点哪个就识别哪个",
    "picture.frame": "识别第 {number} 个框里的内容，共 {count} 个",
    "picture.drop": "把图片放到这里",
    "picture.file": "图片",
    "picture.reading": "识别中 …",
    "picture.blank": "图片是空白的，没有可以识别的数字。",
    "picture.blank_part": "这一部分没有可以识别的内容。",
    "picture.no_file": "打不开 {name}。",
    "picture.too_large": "{name} 超过了 {megabytes} MB。",
    "picture.no_connection": "图片没能发送：连不上服务器。",
    "picture.no_answer": "服务器还没有回答。",
    "picture.lost": "服务器没能保存图片，请过几分钟再试。",
    "picture.expected": "这里应是一张要识别的图片。",
    "prediction.title": "识别结果",
    "prediction.ask": "写一个 0 到 9 的数字",
    "prediction.image": "交给网络的 28×28 像素图像",
    "prediction.sees": "网络看到的图像",
    "prediction.bars": "每个数字的概率",
    "prediction.question": "写的是几？",
    "prediction.press_it": "写的是几？点上面的数字，或者",
    "prediction.press_or_type_it": "写的是几？点上面的数字、按数字键，或者",
    "prediction.it_was": "写的是 {digit}",
    "prediction.yes": "没错，是 {digit}",
    "prediction.not_sure": "拿不准",
    "prediction.perhaps": "也许是 {digit}，{probability}",
    "prediction.read_by": "由 {classifier} 识别",
    "prediction.older": "还没有新的结果，这是之前的。",
    "prediction.says": "{digit}，{probability}",
    "prediction.says_perhaps": "拿不准，也许是 {named}，{probability}",
    "leaderboard.who": "由谁来认？",
    "leaderboard.mnist": "MNIST",
    "leaderboard.mnist_means": "在 MNIST 的 10,000 张测试图像上的准确率",
    "leaderboard.drawings": "你的手写",
    "leaderboard.note": "告诉它写的是几，这里就会给每个网络记分。",
    "leaderboard.save": "保存",
    "leaderboard.open": "打开 …",
    "leaderboard.forget": "清空",
    "leaderboard.right": "{drawings} 个中对 {right} 个",
    "leaderboard.too_large": "文件太大，最多 5 MB。",
    # --- the pipeline -----------------------------------------------------------------------------
    "pipeline.title": "笔迹怎样变成网络的输入",
    "pipeline.intro": (
        "MNIST 的数字都经过同样的处理，网络只擅长认长得像它们的图像。去掉其中一步，就知道它为"
        "什么在那里。"
    ),
    "pipeline.drawing": "你的笔迹",
    "pipeline.drawing_means": "整块画布，笔画就是你看到的粗细。",
    "pipeline.crop": "裁剪",
    "pipeline.crop_means": "把数字剪下来：写在哪里、写多大，都不再重要。",
    "pipeline.after_crop": "裁剪之后",
    "pipeline.fit": "缩放到 20",
    "pipeline.fit_means": "把长边缩放到 28 像素中的 20，保持形状；不然就硬挤进去。",
    "pipeline.after_fit": "缩放之后",
    "pipeline.pen": "统一笔宽",
    "pipeline.pen_means": "重新描一遍，笔宽 2.3 像素：和 MNIST 的笔差不多。",
    "pipeline.after_pen": "重描之后",
    "pipeline.center": "居中",
    "pipeline.center_means": "移动它，让墨迹的重心落在正中。",
    "pipeline.after_center": "居中之后",
    "pipeline.normalize": "归一化",
    "pipeline.normalize_means": "和训练时一样，纸是 −1，墨是 1；不然纸就是 0，显示为灰色。",
    "pipeline.after_normalize": "归一化之后",
    "pipeline.guess": "{digit}，{probability}",
    "pipeline.guess_not_sure": "{digit}，{probability}，拿不准",
    "pipeline.without": "去掉这一步：{guess}",
    "pipeline.with": "加上这一步：{guess}",
    "pipeline.verdict": "于是 {classifier} 认成 {guess}。",
    "pipeline.expected": "这里应是要去掉的步骤的列表。",
    # --- inside a network -------------------------------------------------------------------------
    # --- the Train tab ----------------------------------------------------------------------------
    # --- the settings form ------------------------------------------------------------------------
    # --- a run in words ---------------------------------------------------------------------------
    "run.epoch_over": "第 {epoch} 轮结束。",
    # --- the Experiments tab ----------------------------------------------------------------------
    # --- the Runs tab -----------------------------------------------------------------------------
    # --- sessions and files -----------------------------------------------------------------------
    # --- jobs -------------------------------------------------------------------------------------
    # --- endpoints and limits ---------------------------------------------------------------------
}
