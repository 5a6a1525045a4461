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
    # --- programs in the page ---------------------------------------------------------------------
    "listing.program": "程序",
    "listing.copy": "复制",
    "listing.copied": "已复制",
    "listing.download": "程序（.py）",
    "listing.of_settings": "这次训练的代码",
    "listing.of_run": "{run} 的代码：它的设置，一个独立的 PyTorch 程序",
    # --- inside a network -------------------------------------------------------------------------
    "inside.views": "仔细看看",
    "inside.input": "输入",
    "inside.inside": "内部",
    "inside.why": "为什么",
    "inside.blank": "纸还是空的：写一个数字，这里就会跟着你的笔变化。",
    "inside.none": "没有可以查看的网络。",
    "inside.by": "{network} 学到了 {total} 个数：{parts}",
    "inside.image": "28×28 像素的图像",
    "inside.neurons": "{source} → ReLU：{all} 个神经元中 {on} 个激活",
    "inside.neurons_dead": "{source} → ReLU：{all} 个神经元中 {on} 个激活，{dead} 个从不激活",
    "inside.maps": "{source} → ReLU：{all} 个特征图中 {on} 个激活",
    "inside.maps_dead": "{source} → ReLU：{all} 个特征图中 {on} 个激活，{dead} 个从不激活",
    "inside.legend": "空心：对这张图像没有激活。打叉：对所有测试图像都不激活。",
    "inside.kernels": "{source}：{all} 个卷积核",
    "inside.scores": "分数与 softmax",
    "inside.score_button": "{digit} 的分数：{score}，{share}",
    "inside.hint": "点一个神经元或一个分数：它的数值是怎么来的？",
    "inside.hint_maps": "点特征图上的一个像素、一个神经元或一个分数：它的数值是怎么来的？",
    "inside.neuron": "{source} 的第 {unit} 号神经元",
    "inside.weights": "它在找的样子",
    "inside.ink_there": "你的墨迹",
    "inside.product": "两者相乘",
    "inside.sum": "{ink} 墨迹 {paper} 纸 {bias} 偏置 = {sum}",
    "inside.activation": "→ ReLU → {activation}",
    "inside.shares": "它给各个分数加上：",
    "inside.score": "{digit} 的分数是 {score}",
    "inside.score_sum": "{neurons} 这些神经元 {others} 其余神经元 {bias} 偏置 = {sum}",
    "inside.tile": "神经元 {unit}",
    "inside.tile_hint": "神经元 {unit} 贡献 {share}",
    "inside.pixel": "{source} 的第 {unit} 号特征图，第 {row} 行第 {column} 列",
    "inside.patch": "图像块",
    "inside.kernel": "卷积核",
    "inside.pixel_sum": "和 {sum} → 归一化 {normalized} → ReLU → {activation}",
    "inside.rather": "而不是",
    "inside.digit": "要解释的数字",
    "inside.against": "与之比较的数字",
    "inside.for": "支持 {digit}",
    "inside.for_other": "支持 {against}",
    "inside.ink": "墨迹",
    "inside.paper": "空白的纸",
    "inside.biases": "偏置",
    "inside.total": "{digit} 的分数减去 {against} 的分数",
    "inside.rub": "擦掉一部分笔画，看看网络这时怎么说。",
    "inside.rubbed": "擦掉之后，{before} 变成了 {after}。现在它认成 {digit}，{share}。",
    "inside.restore": "恢复原样",
    "inside.path": "从白纸开始，沿着墨迹一步步积累",
    "inside.path_sum": "这些墨迹合计 {sum}：从白纸开始，差值上升了 {change}。",
    "inside.alike": "在最后一个隐藏层看来，最像它的测试图像",
    "inside.no_data": "测试图像随第一次训练一起下载，之后这里会显示最相像的几张。",
    "inside.table": "用表格看这些数",
    "inside.table_unit": "神经元",
    "inside.table_activation": "激活值",
    "inside.table_share": "对 {digit} 的分数的贡献",
    "inside.table_score": "分数",
    "inside.table_probability": "Softmax",
    "inside.table_digit": "数字",
    "inside.table_row": "行",
    "inside.table_ink": "每个像素的墨迹，逐行列出",
    "inside.example": "一团不是数字的涂鸦",
    "inside.example_back": "回到你的笔迹",
    "inside.example_note": "{first}：{first_digit}，{first_share}。{second}：{second_says}",
    "inside.example_unsure": "拿不准，也许是 {digit}，{share}。",
    "inside.example_sure": "{digit}，{share}。",
    "inside.expected": "这里应是一个关于网络的问题。",
    "inside.image_expected": "这里应是一张 {side}×{side} 字节的图像。",
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
